// SPDX-License-Identifier: MIT
// A Proxy-Wasm 0.2.1 virtual machine in V8: the imports that the plugin needs, its contexts, and its callbacks. It must
// not know how requests come and go: `calls` begins the plugin's calls, `log` gets its lines.

const OK = 0, NOT_FOUND = 1, BAD_ARGUMENT = 2, PARSE_FAILURE = 4, INVALID_MEMORY_ACCESS = 6;
const REQUEST_HEADERS = 0, RESPONSE_HEADERS = 2, CALL_RESPONSE_HEADERS = 6;
const GRPC_MESSAGE = 5, PLUGIN_CONFIGURATION = 7;
const ROOT = 1;
const PAUSE = 1;

// Header values are bytes: a character each.
const toBytes = (text) => Buffer.from(text, "latin1");
const toText = (bytes) => Buffer.from(bytes).toString("latin1");

function serialise(pairs) {
	const texts = pairs.flat().map(toBytes);
	const head = Buffer.alloc(4 + 4 * texts.length);
	head.writeUInt32LE(pairs.length, 0);
	texts.forEach((text, i) => head.writeUInt32LE(text.length, 4 + 4 * i));
	return Buffer.concat([head, ...texts.flatMap((text) => [text, Buffer.alloc(1)])]);
}

function parse(bytes) {
	const count = bytes.length >= 4 ? bytes.readUInt32LE(0) : 0;
	const pairs = [];
	let at = 4 + 8 * count;
	for (let i = 0; i < count; i++) {
		const name = bytes.readUInt32LE(4 + 8 * i), value = bytes.readUInt32LE(8 + 8 * i);
		pairs.push([toText(bytes.subarray(at, at + name)), toText(bytes.subarray(at + name + 1, at + name + 1 + value))]);
		at += name + value + 2;
	}
	return pairs;
}

export class Vm {
	#exports;
	#configuration;
	#calls;
	#log;
	#contexts = new Map(); // number -> {maps, resume}
	#owners = new Map(); // number of a call -> number of its context
	#current = ROOT; // the context in whose name the plugin runs
	#now = {}; // what the callback under way is about: reply, message
	#lastCall = 0;
	#lastContext = ROOT;
	dead = false;

	// Throws if the plugin does not start.
	constructor(module, configuration, calls, log) {
		this.#configuration = toBytes(configuration);
		this.#calls = calls;
		this.#log = log;
		this.#exports = new WebAssembly.Instance(module, {env: this.#imports()}).exports;
		this.#exports._initialize();
		this.#exports.proxy_on_context_create(ROOT, 0);
		if (!this.#exports.proxy_on_vm_start(ROOT, 0)) throw new Error("the plugin does not start");
		if (!this.#exports.proxy_on_configure(ROOT, this.#configuration.length)) throw new Error("the plugin is not configured");
	}

	// ---- the plugin's memory

	#bytes(at, size) {
		return Buffer.from(this.#exports.memory.buffer, at, size);
	}

	#copy(at, size) {
		return Buffer.from(this.#bytes(at, size));
	}

	#give(bytes, out, outSize) {
		let place = 0;
		if (bytes.length > 0) {
			place = this.#exports.proxy_on_memory_allocate(bytes.length);
			if (place === 0) return INVALID_MEMORY_ACCESS;
			bytes.copy(this.#bytes(place, bytes.length));
		}
		this.#bytes(out, 4).writeUInt32LE(place);
		this.#bytes(outSize, 4).writeUInt32LE(bytes.length);
		return OK;
	}

	#imports() {
		return {
			proxy_log: (level, at, size) => {
				this.#log(["trace", "debug", "info", "warn", "error", "critical"][level], toText(this.#bytes(at, size)));
				return OK;
			},
			proxy_get_current_time_nanoseconds: (out) => {
				this.#bytes(out, 8).writeBigUInt64LE(BigInt(Date.now()) * 1000000n);
				return OK;
			},
			proxy_get_header_map_pairs: (map, out, outSize) => {
				const pairs = map === CALL_RESPONSE_HEADERS ? this.#now.reply : this.#contexts.get(this.#current)?.maps[map];
				return pairs === undefined ? BAD_ARGUMENT : this.#give(pairs.length ? serialise(pairs) : Buffer.alloc(0), out, outSize);
			},
			proxy_set_header_map_pairs: (map, at, size) => {
				const context = this.#contexts.get(this.#current);
				if (context === undefined || !(map in context.maps)) return BAD_ARGUMENT;
				context.maps[map] = parse(this.#copy(at, size));
				return OK;
			},
			proxy_get_buffer_bytes: (buffer, start, max, out, outSize) => {
				const bytes = buffer === PLUGIN_CONFIGURATION ? this.#configuration : buffer === GRPC_MESSAGE ? this.#now.message : undefined;
				return bytes === undefined ? NOT_FOUND : this.#give(bytes.subarray(start, start + max), out, outSize);
			},
			proxy_http_call: (upstream, upstreamSize, headers, headersSize, body, bodySize, trailers, trailersSize, timeout, out) =>
				this.#call(out, BAD_ARGUMENT, (id) => this.#calls.http(
					toText(this.#copy(upstream, upstreamSize)), parse(this.#copy(headers, headersSize)), this.#copy(body, bodySize), timeout,
					(reply) => this.#answer(id, {reply}, () => this.#exports.proxy_on_http_call_response(ROOT, id, reply.length, 0, 0)))),
			proxy_grpc_call: (upstream, upstreamSize, service, serviceSize, method, methodSize, metadata, metadataSize, message, messageSize, timeout, out) =>
				this.#call(out, PARSE_FAILURE, (id) => this.#calls.grpc(
					toText(this.#copy(upstream, upstreamSize)), `/${toText(this.#copy(service, serviceSize))}/${toText(this.#copy(method, methodSize))}`,
					this.#copy(message, messageSize), timeout,
					(status, reply) => this.#answer(id, {message: reply}, () => reply === undefined
						? this.#exports.proxy_on_grpc_close(ROOT, id, status)
						: this.#exports.proxy_on_grpc_receive(ROOT, id, reply.length)))),
			proxy_set_effective_context: (context) => {
				if (context !== ROOT && !this.#contexts.has(context)) return BAD_ARGUMENT;
				this.#current = context;
				return OK;
			},
			proxy_continue_stream: (stream) => {
				const context = this.#contexts.get(this.#current);
				if (stream !== 0 || context === undefined) return BAD_ARGUMENT;
				context.resume?.();
				return OK;
			},
		};
	}

	// ---- calls of the plugin: begin() returns whether there is such an upstream; answers always come later

	#call(out, refused, begin) {
		const id = ++this.#lastCall;
		if (!begin(id)) return refused;
		this.#owners.set(id, this.#current);
		this.#bytes(out, 4).writeUInt32LE(id);
		return OK;
	}

	#answer(id, now, callback) {
		const owner = this.#owners.get(id);
		this.#owners.delete(id);
		if (this.dead || !this.#contexts.has(owner)) return;
		this.#now = now;
		this.#enter(ROOT, callback);
		this.#now = {};
	}

	// ---- callbacks; a trap is the end of the machine, and of all that it has under way

	#enter(context, callback) {
		if (this.dead) return undefined;
		this.#current = context;
		try {
			return callback();
		} catch (trap) {
			if (!(trap instanceof WebAssembly.RuntimeError)) throw trap;
			this.dead = true;
			this.#log("critical", `trap: ${trap.message}`);
			for (const frame of trap.stack.split("\n").slice(1, 9)) this.#log("critical", frame.trim().replace(/ \(.*/, ""));
			for (const other of this.#contexts.values()) other.resume?.();
			return undefined;
		} finally {
			this.#current = ROOT;
		}
	}

	// Returns the new context's number and the headers to send on, once the plugin lets the request go on.
	async request(headers) {
		const id = ++this.#lastContext;
		const context = {maps: {[REQUEST_HEADERS]: headers, [RESPONSE_HEADERS]: []}};
		const resumed = new Promise((resolve) => { context.resume = resolve; });
		this.#contexts.set(id, context);
		this.#enter(id, () => this.#exports.proxy_on_context_create(id, ROOT));
		if (this.#enter(id, () => this.#exports.proxy_on_request_headers(id, headers.length, 1)) === PAUSE) await resumed;
		return {id, headers: context.maps[REQUEST_HEADERS]};
	}

	response(id, headers) {
		this.#contexts.get(id).maps[RESPONSE_HEADERS] = headers;
		this.#enter(id, () => this.#exports.proxy_on_response_headers(id, headers.length, 1));
		return this.#contexts.get(id).maps[RESPONSE_HEADERS];
	}

	end(id) {
		this.#enter(id, () => {
			this.#exports.proxy_on_done(id);
			this.#exports.proxy_on_log(id);
			this.#exports.proxy_on_delete(id);
		});
		this.#contexts.delete(id);
	}

	// The plugin's own end.
	stop() {
		this.end(ROOT);
		return this.#exports.memory.buffer.byteLength;
	}
}
