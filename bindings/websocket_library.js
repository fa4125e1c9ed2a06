/**
 * The part of <emscripten/websocket.h> that the transport uses, in place of Emscripten's own:
 * - text comes into the heap by TextEncoder.encodeInto instead of a JavaScript loop (20 to 70 times faster on frames of 0.4 to 1 kB);
 * - a deleted socket leaves the table (3.1.6 deletes the wrong key, so each reconnect leaks one) and can't call back;
 * - the class of sockets comes from the loader, because Node 20 has none of its own;
 * - a url that the runtime refuses is an error code, not an exception through the wasm;
 * - the text of the frame that is being handled is at hand, so that nobody has to decode its bytes again.
 * The layout of the event structs is that of the header. Besides, the platform's clock, timer and random bytes.
 */
mergeInto(LibraryManager.library, {
  $sockets__deps: ['malloc', 'free'],
  $sockets__postset: "Module['frame'] = sockets.frame; sockets.encoder = new TextEncoder();",
  $sockets: {
    table: [null], // index 0 is no socket
    free: [],
    encoder: null,
    event: 0, // one event struct, shared: it is only valid during a callback
    buffer: 0, // likewise for the text of a message
    capacity: 0,
    busy: false,
    heap: null, // HEAPU8 as it was when the view was made
    view: null, // of the buffer, for encodeInto
    keep: 1 << 20, // a buffer above this is given back after use
    silence: function () {},

    insert: function (socket) {
      var id = sockets.free.length ? sockets.free.pop() : sockets.table.length;
      sockets.table[id] = socket;
      return id;
    },

    eventFor: function (id) {
      if (!sockets.event) sockets.event = _malloc(1024);
      HEAPU32[sockets.event >> 2] = id;
      return sockets.event;
    },

    /** The frame that is being handled, for those who would have its text rather than its bytes: see CoreFrame in web/core/wasmModule.ts. */
    frame: { text: null, start: 0, bytes: 0 },

    /** `size` bytes of the heap, to be given back with `release`. A message that comes while another is handled gets a buffer of its own. */
    acquire: function (size) {
      if (sockets.busy) return _malloc(size);
      if (sockets.capacity < size) {
        if (sockets.buffer) _free(sockets.buffer);
        sockets.buffer = _malloc(size);
        sockets.capacity = size;
        sockets.heap = null;
      }
      sockets.busy = true;
      return sockets.buffer;
    },

    release: function (buffer) {
      if (buffer != sockets.buffer) {
        _free(buffer);
        return;
      }
      sockets.busy = false;
      if (sockets.capacity > sockets.keep) {
        _free(buffer);
        sockets.buffer = sockets.capacity = 0;
      }
    },

    /** Writes the text into a buffer that is large enough; returns the number of bytes. */
    write: function (text, buffer) {
      if (buffer != sockets.buffer) return sockets.encoder.encodeInto(text, HEAPU8.subarray(buffer, buffer + text.length * 3)).written;
      if (sockets.heap != HEAPU8) {
        sockets.heap = HEAPU8;
        sockets.view = HEAPU8.subarray(buffer, buffer + sockets.capacity - 1);
      }
      return sockets.encoder.encodeInto(text, sockets.view).written;
    },
  },

  // In Node the global `performance` is a getter, which costs more than the clock.
  $clock: '=performance',
  emscripten_get_now__deps: ['$clock'],
  emscripten_get_now: function () {
    return clock.now();
  },

  // Without the runtime's wrapper, which also takes programs that exit.
  emscripten_set_timeout__deps: ['$getWasmTableEntry'],
  emscripten_set_timeout: function (callback, delay, userData) {
    return setTimeout(function () {
      if (!ABORT) getWasmTableEntry(callback)(userData);
    }, delay);
  },

  // All bytes at once.
  getentropy__deps: [],
  getentropy: function (buffer, length) {
    crypto.getRandomValues(HEAPU8.subarray(buffer, buffer + length));
    return 0;
  },

  emscripten_websocket_new__deps: ['$sockets'],
  emscripten_websocket_new: function (attributes) {
    var url = UTF8ToString(HEAPU32[attributes >> 2]);
    try {
      var socket = new (Module['webSocket'] || WebSocket)(url);
      socket.binaryType = 'arraybuffer';
      socket.onerror = sockets.silence; // a close event always follows
      return sockets.insert(socket);
    } catch (e) {
      return -1;
    }
  },

  emscripten_websocket_set_onopen_callback_on_thread__deps: ['$sockets'],
  emscripten_websocket_set_onopen_callback_on_thread: function (id, userData, callback, thread) {
    sockets.table[id].onopen = function () {
      {{{ makeDynCall('iiii', 'callback') }}}(0, sockets.eventFor(id), userData);
    };
    return 0;
  },

  emscripten_websocket_set_onclose_callback_on_thread__deps: ['$sockets'],
  emscripten_websocket_set_onclose_callback_on_thread: function (id, userData, callback, thread) {
    sockets.table[id].onclose = function (e) {
      var event = sockets.eventFor(id);
      HEAPU32[(event + 4) >> 2] = e.wasClean ? 1 : 0;
      HEAPU32[(event + 8) >> 2] = e.code;
      // the code is the lower half of that word; the text has 512 bytes with its NUL, and is cut between two characters
      var reason = HEAPU8.subarray(event + 10, event + 521);
      HEAPU8[event + 10 + sockets.encoder.encodeInto(String(e.reason || ''), reason).written] = 0;
      {{{ makeDynCall('iiii', 'callback') }}}(0, event, userData);
    };
    return 0;
  },

  emscripten_websocket_set_onmessage_callback_on_thread__deps: ['$sockets'],
  emscripten_websocket_set_onmessage_callback_on_thread: function (id, userData, callback, thread) {
    var call = {{{ makeDynCall('iiii', 'callback') }}};
    sockets.table[id].onmessage = function (e) {
      var data = e.data;
      var isText = typeof data == 'string';
      if (!isText) data = new Uint8Array(data);
      // UTF-8 takes at most three bytes for a UTF-16 unit; text is followed by a NUL, which the API counts
      var buffer = sockets.acquire(isText ? data.length * 3 + 1 : data.length + 1);
      var length = data.length;
      var frame = sockets.frame;
      var outer = frame.text;
      var outerStart = frame.start;
      var outerBytes = frame.bytes;
      if (isText) {
        length = sockets.write(data, buffer);
        frame.text = data;
        frame.start = buffer;
        frame.bytes = length;
        HEAPU8[buffer + length++] = 0;
      } else {
        HEAPU8.set(data, buffer);
      }
      var event = sockets.eventFor(id);
      HEAPU32[(event + 4) >> 2] = buffer;
      HEAPU32[(event + 8) >> 2] = length;
      HEAPU32[(event + 12) >> 2] = isText ? 1 : 0;
      call(0, event, userData);
      frame.text = outer;
      frame.start = outerStart;
      frame.bytes = outerBytes;
      sockets.release(buffer);
    };
    return 0;
  },

  switchboard_flush__deps: ['$Emval'],
  switchboard_flush: function (sink, words) {
    Emval.toValue(sink)(words >> 2);
  },

  emscripten_websocket_send_utf8_text__deps: ['$sockets'],
  emscripten_websocket_send_utf8_text: function (id, text) {
    var socket = sockets.table[id];
    if (socket.readyState != 1) return -1;
    socket.send(UTF8ToString(text));
    return 0;
  },

  emscripten_websocket_close__deps: ['$sockets'],
  emscripten_websocket_close: function (id, code, reason) {
    var socket = sockets.table[id];
    if (socket.readyState > 1) return 0;
    if (reason) socket.close(code || undefined, UTF8ToString(reason));
    else if (code) socket.close(code);
    else socket.close();
    return 0;
  },

  emscripten_websocket_delete__deps: ['$sockets'],
  emscripten_websocket_delete: function (id) {
    var socket = sockets.table[id];
    socket.onopen = socket.onmessage = socket.onclose = null; // onerror stays: npm's ws throws errors that nobody listens to
    sockets.table[id] = null;
    sockets.free.push(id);
    return 0;
  },
});
