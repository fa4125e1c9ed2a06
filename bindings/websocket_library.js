/**
 * The part of <emscripten/websocket.h> that the transport uses, in place of Emscripten's own:
 * - text comes into the heap by TextEncoder.encodeInto instead of a JavaScript loop (20 to 70 times faster on frames of 0.4 to 1 kB), and of long frames
 *   only both ends, until the core asks for the rest: in Chromium encodeInto takes 2 to 4 us for 1.7 kB, the ends 0.5 us;
 * - a deleted socket leaves the table (3.1.6 deletes the wrong key, so each reconnect leaks one) and can't call back;
 * - the class of sockets comes from the loader, because Node 20 has none of its own;
 * - a url that the runtime refuses is an error code, not an exception through the wasm;
 * - the text of the frame that is being handled is at hand, so that nobody has to decode its bytes again, and can be kept;
 * - `isText` is more than a flag: 0 for binary; 1 for a text that is not ASCII and all there; else 1 + the number of bytes at hand of the front, which is all or
 *   goes with half as many of the back.
 *   No NUL follows the text. The callback returns whether it had the rest brought in.
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
    buffer: 0, // likewise for a message
    capacity: 0,
    keep: 1 << 20, // a buffer above this is given back after use
    heap: null, // HEAPU8 as it was when the view was made
    view: null, // of the buffer, for encodeInto
    busy: false,
    front: 96, // characters of either end that come into the heap at first
    back: 48,
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

    /** The frame that is being handled: its text, for CoreFrame in web/core/wasmModule.ts, and how many bytes it takes; 0: not brought in. */
    frame: { text: null, bytes: 0 },

    /** Makes the buffer large enough. */
    reserve: function (size) {
      if (sockets.capacity >= size) return;
      if (sockets.buffer) _free(sockets.buffer);
      sockets.buffer = _malloc(size);
      sockets.capacity = size;
      sockets.heap = null;
    },

    /** After a frame. */
    release: function () {
      sockets.busy = false;
      sockets.frame.text = null;
      sockets.frame.bytes = 0;
      if (sockets.capacity <= sockets.keep) return;
      _free(sockets.buffer);
      sockets.buffer = sockets.capacity = 0;
    },

    /** The frame's text into the buffer; the number of bytes. */
    bringIn: function () {
      var frame = sockets.frame;
      if (frame.bytes) return frame.bytes;
      if (sockets.heap != HEAPU8) {
        sockets.heap = HEAPU8;
        sockets.view = HEAPU8.subarray(sockets.buffer, sockets.buffer + sockets.capacity);
      }
      return (frame.bytes = sockets.encoder.encodeInto(frame.text, sockets.view).written);
    },

    /** Only the ends of the text, to their places; whether they are ASCII. */
    bringInEnds: function (text, buffer) {
      var all = 0;
      var i = 0;
      var code = 0;
      for (; i < sockets.front; i++) {
        all |= code = text.charCodeAt(i);
        HEAPU8[buffer + i] = code;
      }
      for (i = text.length - sockets.back; i < text.length; i++) {
        all |= code = text.charCodeAt(i);
        HEAPU8[buffer + i] = code;
      }
      return all < 128;
    },

    /** Handles a text with `call(event)`, which returns whether it had all of it brought in. `whole`: that is to be expected. Returns the same for the next. */
    receive: function (id, text, whole, call) {
      var length = text.length;
      sockets.reserve(length * 3); // UTF-8 takes at most three bytes for a UTF-16 unit
      sockets.frame.text = text;
      var isLong = length >= Module['endsFrom'];
      var ascii = isLong && !whole && sockets.bringInEnds(text, sockets.buffer);
      var bytes = length;
      if (!ascii) {
        bytes = sockets.bringIn();
        ascii = bytes == length;
      }
      var event = sockets.eventFor(id);
      HEAPU32[(event + 4) >> 2] = sockets.buffer;
      HEAPU32[(event + 8) >> 2] = bytes;
      HEAPU32[(event + 12) >> 2] = ascii ? 1 + (isLong ? sockets.front : length) : 1;
      var wanted = call(event);
      sockets.release();
      return ascii ? wanted : whole;
    },

    /** Texts that the core remembers, by number from 1 on, and how long they are together. */
    kept: [null],
    unkept: [],
    keptLength: 0,
    keptMost: 1 << 24,
  },

  switchboard_bring_in__deps: ['$sockets'],
  switchboard_bring_in: function () {
    return sockets.bringIn();
  },

  switchboard_keep__deps: ['$sockets'],
  switchboard_keep: function (number) {
    var text = sockets.frame.text;
    var before = sockets.kept[number];
    var length = sockets.keptLength + text.length - (before ? before.length : 0);
    if (length > sockets.keptMost) return 0;
    sockets.keptLength = length;
    number = number || sockets.unkept.pop() || sockets.kept.length;
    sockets.kept[number] = text;
    return number;
  },

  switchboard_kept_text__deps: ['$sockets'],
  switchboard_kept_text: function (number) {
    var text = sockets.kept[number];
    var size = text.length * 3;
    var copy = _malloc(size + 1);
    var bytes = sockets.encoder.encodeInto(text, HEAPU8.subarray(copy, copy + size)).written;
    HEAPU8[copy + bytes] = 0;
    return copy;
  },

  switchboard_forget__deps: ['$sockets'],
  switchboard_forget: function (number) {
    sockets.keptLength -= sockets.kept[number].length;
    sockets.kept[number] = null;
    sockets.unkept.push(number);
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
    var handle = function (event) {
      return call(0, event, userData);
    };
    var whole = false;
    var socket = sockets.table[id];
    socket.onmessage = function (e) {
      if (sockets.busy) {
        // One at a time: there is one buffer. No runtime does this, but a class that was given as the transport may.
        queueMicrotask(function () {
          if (sockets.table[id] == socket) socket.onmessage(e);
        });
        return;
      }
      sockets.busy = true;
      var data = e.data;
      if (typeof data == 'string') {
        whole = sockets.receive(id, data, whole, handle);
        return;
      }
      data = new Uint8Array(data);
      sockets.reserve(data.length);
      HEAPU8.set(data, sockets.buffer);
      var event = sockets.eventFor(id);
      HEAPU32[(event + 4) >> 2] = sockets.buffer;
      HEAPU32[(event + 8) >> 2] = data.length;
      HEAPU32[(event + 12) >> 2] = 0;
      handle(event);
      sockets.release();
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
