/**
 * The platform of the core: sockets, clock, timer and random bytes, through imports of its own (declared in emscripten_transport.cpp and
 * emscripten_platform.cpp), and not Emscripten's, whose structs and signatures change between versions:
 * - text comes into the heap by TextEncoder.encodeInto (20 to 70 times faster than a JavaScript loop on frames of 0.4 to 1 kB), and of long
 *   frames only both ends, until the core asks for the rest: in Chromium encodeInto takes 2 to 4 us for 1.7 kB, the ends 0.5 us;
 * - a deleted socket leaves the table and can't call back;
 * - the class of sockets comes from the loader, because Node 20 has none of its own;
 * - a url that the runtime refuses is no socket, not an exception through the wasm;
 * - the text of the frame that is being handled is at hand, so that nobody has to decode its bytes again, and can be kept.
 */
mergeInto(LibraryManager.library, {
  $sockets__deps: ['$newSlots', '$encoder'],
  $sockets__postset: "Module['frame'] = sockets.frame; sockets.table = newSlots(); sockets.retained = newSlots();",
  $sockets: {
    table: null,
    buffer: 0, // for one message; it is only valid during a callback
    capacity: 0,
    maxKeptCapacity: 1 << 20, // a buffer above this is given back after use
    heap: null, // HEAPU8 as it was when the view was made
    view: null, // of the buffer, for encodeInto
    busy: false, // a frame is being handled, or a call into a socket is under way
    waiting: 0, // events that came meanwhile
    front: 96, // characters of either end that come into the heap at first
    back: 48,
    silence: function () {},

    /** The frame that is being handled: its text, for CoreFrame in web/core/engine/wasmModule.ts, and how many bytes it takes; 0: not brought in. */
    frame: { text: null, bytes: 0 },

    /**
     * Hands an event to the core: at once, or after what is under way, in the order of the events. There is one buffer, and the core does not expect an
     * answer before its call has returned. No runtime does that, but a class that was given as the transport may.
     */
    hand: function (socket, handle, event) {
      if (!sockets.busy && !sockets.waiting) return handle(event);
      sockets.waiting++;
      queueMicrotask(function () {
        sockets.waiting--;
        if (socket.onmessage) handle(event); // it has not been deleted
      });
    },

    /** A call into a socket, whose events are to wait. */
    call: function (act) {
      var before = sockets.busy;
      sockets.busy = true;
      try {
        return act();
      } finally {
        sockets.busy = before;
      }
    },

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
      if (sockets.capacity <= sockets.maxKeptCapacity) return;
      _free(sockets.buffer);
      sockets.buffer = sockets.capacity = 0;
    },

    /** The frame's text into the buffer; the number of bytes. */
    load: function () {
      var frame = sockets.frame;
      if (frame.bytes) return frame.bytes;
      if (sockets.heap != HEAPU8) {
        sockets.heap = HEAPU8;
        sockets.view = HEAPU8.subarray(sockets.buffer, sockets.buffer + sockets.capacity);
      }
      return (frame.bytes = encoder.encodeInto(frame.text, sockets.view).written);
    },

    /** Only the ends of the text, to their places; whether they are ASCII. */
    loadEnds: function (text, buffer) {
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

    /** Hands a text to the core. `whole`: the core is expected to want all of it. Returns the same for the next. */
    receiveText: function (transport, text, whole) {
      var length = text.length;
      sockets.reserve(length * 3); // UTF-8 takes at most three bytes for a UTF-16 unit
      sockets.frame.text = text;
      var isLong = length >= Module['endsFrom'];
      var ascii = isLong && !whole && sockets.loadEnds(text, sockets.buffer);
      var bytes = length;
      if (!ascii) {
        bytes = sockets.load();
        ascii = bytes == length;
      }
      var wanted = _switchboard_socket_text(transport, sockets.buffer, bytes, isLong ? sockets.front : bytes, ascii);
      return ascii ? wanted : whole;
    },

    receiveBinary: function (transport, data) {
      sockets.reserve(data.length);
      HEAPU8.set(data, sockets.buffer);
      _switchboard_socket_binary(transport, sockets.buffer, data.length);
    },

    /** Texts that the core remembers, and how long they are together. */
    retained: null,
    retainedLength: 0,
    maxRetainedLength: 1 << 24,
  },

  switchboard_load__deps: ['$sockets'],
  switchboard_load: function () {
    return sockets.load();
  },

  switchboard_retain__deps: ['$sockets'],
  switchboard_retain: function (number) {
    var text = sockets.frame.text;
    var retained = sockets.retained;
    var length = sockets.retainedLength + text.length - (number ? retained.values[number].length : 0);
    if (length > sockets.maxRetainedLength) return 0;
    sockets.retainedLength = length;
    if (!number) return retained.add(text);
    retained.values[number] = text;
    return number;
  },

  switchboard_retained_limit__deps: ['$sockets'],
  switchboard_retained_limit: function (number) {
    return sockets.retained.values[number].length * 3;
  },

  switchboard_retained_copy__deps: ['$sockets', '$encoder'],
  switchboard_retained_copy: function (number, to, room) {
    return encoder.encodeInto(sockets.retained.values[number], HEAPU8.subarray(to, to + room)).written;
  },

  switchboard_release__deps: ['$sockets'],
  switchboard_release: function (number) {
    sockets.retainedLength -= sockets.retained.values[number].length;
    sockets.retained.remove(number);
  },

  switchboard_socket_open__deps: ['$sockets', '$textAt', '$withText'],
  switchboard_socket_open: function (transport, url, bytes) {
    var whole = false;
    var opened = false;
    var onOpen = function () {
      if (!opened) _switchboard_socket_opened(transport);
      opened = true;
    };
    var onClose = function (e) {
      withText(String(e.reason || ''), (at, length) => _switchboard_socket_closed(transport, e.code, at, length));
    };
    var onMessage = function (e) {
      sockets.busy = true;
      // Whatever is thrown through the core: the next frame would wait for ever.
      try {
        if (typeof e.data == 'string') whole = sockets.receiveText(transport, e.data, whole);
        else sockets.receiveBinary(transport, new Uint8Array(e.data));
      } finally {
        sockets.release();
      }
    };
    return sockets.call(function () {
      try {
        var socket = new Module['webSocket'](textAt(url, bytes));
      } catch (e) {
        return 0;
      }
      socket.binaryType = 'arraybuffer';
      socket.onerror = sockets.silence; // a close event always follows
      socket.onmessage = (e) => sockets.hand(socket, onMessage, e);
      socket.onclose = (e) => sockets.hand(socket, onClose, e);
      socket.onopen = () => sockets.hand(socket, onOpen);
      if (socket.readyState == 1) socket.onopen(); // it said so before anybody could hear it
      return sockets.table.add(socket);
    });
  },

  switchboard_socket_send__deps: ['$sockets', '$textAt'],
  switchboard_socket_send: function (number, at, bytes) {
    var socket = sockets.table.values[number];
    if (socket.readyState == 1) sockets.call(() => socket.send(textAt(at, bytes)));
  },

  switchboard_socket_send_bytes__deps: ['$sockets'],
  switchboard_socket_send_bytes: function (number, at, bytes) {
    var socket = sockets.table.values[number];
    if (socket.readyState == 1) sockets.call(() => socket.send(HEAPU8.slice(at, at + bytes)));
  },

  switchboard_socket_close__deps: ['$sockets', '$textAt'],
  switchboard_socket_close: function (number, code, reason, bytes) {
    var socket = sockets.table.values[number];
    if (socket.readyState < 2) sockets.call(() => socket.close(code, textAt(reason, bytes)));
  },

  switchboard_socket_delete__deps: ['$sockets'],
  switchboard_socket_delete: function (number) {
    var socket = sockets.table.values[number];
    socket.onopen = socket.onmessage = socket.onclose = null; // onerror stays: npm's ws throws errors that nobody listens to
    sockets.table.remove(number);
    if (socket.readyState < 2) socket.close(1000);
  },

  // In Node the global `performance` is a getter, which costs more than the clock.
  $clock: '=performance',
  switchboard_now__deps: ['$clock'],
  switchboard_now: function () {
    return clock.now();
  },

  switchboard_wall_now: function () {
    return Date.now();
  },

  switchboard_set_timer: function (timer, delay) {
    return setTimeout(function () {
      if (!ABORT) _switchboard_timer_fired(timer);
    }, delay);
  },

  switchboard_clear_timer: function (number) {
    clearTimeout(number);
  },

  switchboard_random: function (to, bytes) {
    crypto.getRandomValues(HEAPU8.subarray(to, to + bytes));
  },
});
