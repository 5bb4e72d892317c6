#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The gRPC service of header_review.proto, by gRPC's own Python library, for the hosts of the
header filter.

Listens on a free port of 127.0.0.1 and prints it. Accepts each report, with the method as the
label, but rejects paths that begin with /rejected, answers those of /unavailable with that status,
and those of /slow after two seconds. SIGTERM ends it; then it prints how many reports came. The
argument is the folder of the generated header_review_pb2.py.
"""
import concurrent.futures
import signal
import sys
import threading
import time

sys.path.insert(0, sys.argv[1])
import grpc  # noqa: E402
import header_review_pb2  # noqa: E402

reports = 0
lock = threading.Lock()


def review(report, context):
    global reports
    with lock:
        reports += 1
    if report.path.startswith(b"/unavailable"):
        context.set_code(grpc.StatusCode.UNAVAILABLE)  # a message goes with it all the same
    if report.path.startswith(b"/slow"):
        time.sleep(2)
    label = report.method.decode("ascii", "replace").lower()
    return header_review_pb2.HeaderVerdict(
        accepted=not report.path.startswith(b"/rejected"), label=label
    )


def main() -> None:
    handler = grpc.unary_unary_rpc_method_handler(
        review,
        request_deserializer=header_review_pb2.HeaderReport.FromString,
        response_serializer=header_review_pb2.HeaderVerdict.SerializeToString,
    )
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=4))
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler("header_review.HeaderReview", {"Review": handler})]
    )
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: ended.set())
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    ended.wait()
    server.stop(grace=None).wait()
    print(f"{reports} reports", flush=True)


if __name__ == "__main__":
    main()
