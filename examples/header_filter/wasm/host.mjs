// SPDX-License-Identifier: MIT
// A small proxy that runs the plugin for each request: node host.mjs MODULE.wasm CONFIGURATION NAME=HOST:PORT...
//
// CONFIGURATION is the plugin's. Clusters are the addresses of its calls; without one of the name "check" this process
// answers those itself. It prints "listening on PORT", then each line of the plugin; requests are sent on to an upstream in
// this process, which answers with what it got, as JSON. A trap ends the virtual machine: what it had under way is answered
// with 503, and the next request finds a new one, without the configuration's mistake. SIGTERM ends it.
import {readFileSync} from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import {Vm} from "./proxy_wasm.mjs";

const [path, configuration, ...clusterArguments] = process.argv.slice(2);
const clusters = new Map(clusterArguments.map((argument) => argument.split("=")));
const limits = {maxHeaderSize: 131072};
const say = (...words) => process.stdout.write(words.join(" ") + "\n");

// ---- the plugin's calls; each answers once, and later

function once(answer) {
	let answered = false;
	return (...values) => {
		if (answered) return;
		answered = true;
		setImmediate(() => answer(...values));
	};
}

function pairsOf(message) {
	const pairs = [];
	for (let i = 0; i < message.rawHeaders.length; i += 2) pairs.push([message.rawHeaders[i].toLowerCase(), message.rawHeaders[i + 1]]);
	return pairs;
}

// Node takes names and values in turn as they are, repeated ones too.
const plain = (pairs) => pairs.filter(([name]) => !name.startsWith(":")).flat();
const pseudo = (pairs, name) => pairs.find(([other]) => other === name)?.[1];

function httpCall(cluster, headers, body, timeout, answer) {
	if (!clusters.has(cluster)) return false;
	const [host, port] = clusters.get(cluster).split(":");
	const done = once(answer);
	const call = http.request({host, port, agent: false, method: pseudo(headers, ":method"), path: pseudo(headers, ":path"),
		headers: ["host", pseudo(headers, ":authority"), ...plain(headers)], signal: AbortSignal.timeout(timeout)}, (reply) => {
		reply.resume();
		reply.on("error", () => done([]));
		reply.on("end", () => done([[":status", String(reply.statusCode)], ...pairsOf(reply)]));
	});
	call.on("error", () => done([]));
	call.end(body);
	return true;
}

const UNAVAILABLE = 14, DEADLINE_EXCEEDED = 4, UNKNOWN = 2;
const sessions = new Map();

function sessionOf(cluster) {
	let session = sessions.get(cluster);
	if (session === undefined || session.closed || session.destroyed) {
		session = http2.connect(`http://${clusters.get(cluster)}`);
		session.on("error", () => {}); // its streams tell
		session.unref();
		sessions.set(cluster, session);
	}
	return session;
}

function grpcCall(cluster, method, message, timeout, answer) {
	if (!clusters.has(cluster)) return false;
	const done = once(answer);
	const prefix = Buffer.alloc(5);
	const chunks = [];
	let status = UNKNOWN;
	prefix.writeUInt32BE(message.length, 1);
	const stream = sessionOf(cluster).request({":method": "POST", ":path": method, "content-type": "application/grpc", "te": "trailers"});
	const timer = setTimeout(() => { done(DEADLINE_EXCEEDED); stream.close(http2.constants.NGHTTP2_CANCEL); }, timeout);
	const note = (headers) => { if ("grpc-status" in headers) status = Number(headers["grpc-status"]); };
	stream.on("response", note);
	stream.on("trailers", note);
	stream.on("data", (chunk) => chunks.push(chunk));
	stream.on("error", () => { status = UNAVAILABLE; });
	stream.on("close", () => {
		const body = Buffer.concat(chunks);
		clearTimeout(timer);
		if (status === 0 && body.length >= 5 && body[0] === 0 && body.readUInt32BE(1) === body.length - 5) done(0, body.subarray(5));
		else done(status || UNKNOWN);
	});
	stream.end(Buffer.concat([prefix, message]));
	return true;
}

// ---- virtual machines, one after the other

const module = new WebAssembly.Module(readFileSync(path));
let vm, machines = 0;

function machine() {
	if (vm !== undefined && !vm.dead) return vm;
	const number = ++machines;
	const text = number === 1 ? configuration : configuration.replace(/, *"mistake": *"\w+"/, "");
	vm = new Vm(module, text, {http: httpCall, grpc: grpcCall}, (level, line) => say(`vm${number} ${level}:`, line));
	return vm;
}

// ---- servers

// What it got, and headers that are not for the client.
const upstream = http.createServer(limits, (request, response) => {
	let size = 0;
	request.on("data", (chunk) => { size += chunk.length; });
	request.on("end", () => {
		response.writeHead(200, ["content-type", "application/json", "connection", "close, x-hop", "x-hop", "1", "set-cookie", "a=1",
			"set-cookie", "b=2", "x-callout-status", "forged"]);
		response.end(JSON.stringify({method: request.method, path: request.url, size, headers: pairsOf(request)}) + "\n");
	});
});

let checks = 0;
const checker = http.createServer((request, response) => {
	checks++;
	response.writeHead(request.url === "/check" && request.headers["x-request-id"] ? 204 : 400);
	response.end();
});

async function proxy(request, response) {
	const own = machine();
	const headers = [[":method", request.method], [":scheme", "http"], [":path", request.url],
		...pairsOf(request).map(([name, value]) => [name === "host" ? ":authority" : name, value])];
	const context = await own.request(headers);
	const fail = (status) => { response.writeHead(status, {"content-length": 0}); response.end(); };
	if (own.dead) return fail(503);
	if (response.destroyed) return own.end(context.id); // the client went away meanwhile

	let onward;
	response.on("close", () => { onward?.destroy(); own.end(context.id); });
	onward = http.request({port: upstream.address().port, host: "127.0.0.1", agent: false, method: pseudo(context.headers, ":method"),
		path: pseudo(context.headers, ":path"), headers: ["host", pseudo(context.headers, ":authority"), ...plain(context.headers)]}, (reply) => {
		const back = own.response(context.id, [[":status", String(reply.statusCode)], ...pairsOf(reply)]);
		if (own.dead) return fail(503);
		response.writeHead(Number(pseudo(back, ":status")), plain(back));
		reply.pipe(response);
	});
	onward.on("error", () => fail(502));
	request.pipe(onward);
}

const listen = (server) => new Promise((resolve) => { server.listen(0, "127.0.0.1", () => resolve(server.address().port)); });

const server = http.createServer(limits, (request, response) => {
	proxy(request, response).catch((error) => { say("host:", error.stack); response.destroy(); });
});

await listen(upstream);
if (!clusters.has("check")) clusters.set("check", `127.0.0.1:${await listen(checker)}`);
try {
	machine();
} catch (error) {
	say("host:", error.message);
	process.exit(1);
}
say("listening on", await listen(server));
process.on("SIGTERM", () => {
	say(`host: ${machines} virtual machines, ${checks} calls at the checker, memory of ${vm.stop()} bytes`);
	process.exit(0);
});
