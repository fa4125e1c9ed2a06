/**
 * The platform of the core: sockets, clock, timer and random bytes, through imports of its own (declared in emscripten_transport.cpp and
 * emscripten_platform.cpp), and not Emscripten's, whose structs and signatures change between versions:
 * - text is copied into the heap by TextEncoder.encodeInto (20 to 70 times faster than a JavaScript loop on frames of 0.4 to 1 kB), and of long
 *   frames only both ends, until the core loads the rest: in Chromium encodeInto takes 2 to 4 us for 1.7 kB, the ends 0.5 us;
 * - a deleted socket is removed from the table and can't call back;
 * - the class of sockets comes from the loader, because Node 20 has none of its own;
 * - a url that the runtime refuses gives the number 0, not an exception that passes through the wasm;
 * - the text of the frame that is being handled is available to JavaScript without decoding it again, and can be retained.
 */
mergeInto(LibraryManager.library, {
  $sockets__deps: ['$newSlots', '$newBuffer'],
  $sockets__postset:
    "Module['frame'] = sockets.frame; sockets.table = newSlots(); sockets.retained = newSlots(); sockets.inbox = newBuffer();",
  $sockets: {
    table: null,
    inbox: null, // for one message; only valid during a callback
    busy: false, // a frame is being handled, or a socket's method is being called
    waiting: 0, // queued events
    front: 96, // characters of the front that are loaded first, and of the back
    back: 48,
    silence: function () {},

    /**
     * The frame that is being handled, for CoreFrame in web/core/engine/wasmModule.ts: its text and how many bytes of it are loaded, or its data and
     * where they would be in the heap.
     */
    frame: { text: null, bytes: 0, data: null, at: 0 },

    /**
     * Passes an event to the core: at once, or after the current call, in the order of the events. There is only one buffer, and the core does not
     * expect an event while it calls a socket. No runtime does that, but a custom `transport` class may.
     */
    hand: function (socket, handle, event) {
      if (!sockets.busy && !sockets.waiting) return handle(event);
      sockets.waiting++;
      queueMicrotask(function () {
        sockets.waiting--;
        if (socket.onmessage) handle(event); // it has not been deleted
      });
    },

    /** Calls a socket's method; its events wait until that returns. */
    call: function (act) {
      var before = sockets.busy;
      sockets.busy = true;
      try {
        return act();
      } finally {
        sockets.busy = before;
      }
    },

    /** Called after each frame. */
    release: function () {
      sockets.busy = false;
      sockets.frame.text = sockets.frame.data = null;
      sockets.frame.bytes = 0;
      sockets.inbox.trim();
    },

    /** Loads the frame's text and returns its size in bytes. */
    load: function () {
      var frame = sockets.frame;
      return frame.bytes || (frame.bytes = sockets.inbox.write(frame.text));
    },

    /** Loads only the ends of the text, to their places. Returns whether they are ASCII. */
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

    /** Passes a text to the core. `whole`: whether to load all of it. Returns `whole` for the next text: what the core needed of this one. */
    receiveText: function (transport, text, whole) {
      var length = text.length;
      sockets.inbox.reserve(length * 3); // UTF-8 takes at most three bytes for a UTF-16 unit
      sockets.frame.text = text;
      var isLong = length >= Module['endsFrom'];
      var ascii = isLong && !whole && sockets.loadEnds(text, sockets.inbox.at);
      var bytes = length;
      if (!ascii) {
        bytes = sockets.load();
        ascii = bytes == length;
      }
      var needed = _switchboard_socket_text(transport, sockets.inbox.at, bytes, isLong ? sockets.front : bytes, ascii);
      return ascii ? needed : whole;
    },

    /** Whether the core reads payloads on the topic that begins at this place: it is one of numbered changes. */
    isRead: function (data) {
      var prefix = 'realtime:switchboard:';
      for (var i = 0; i < prefix.length; i++) if (data[i + 5] != prefix.charCodeAt(i)) return false;
      return true;
    },

    /** Of other user broadcasts (kind 4) the core needs no more than the fields, which are before the payload. */
    receiveBinary: function (transport, data) {
      var length = data.length;
      sockets.inbox.reserve(length);
      sockets.frame.data = data;
      var buffer = (sockets.frame.at = sockets.inbox.at);
      var isPart = data[0] == 4 && length > 4 && !sockets.isRead(data);
      var loaded = isPart ? Math.min(length, 5 + data[1] + data[2] + data[3]) : length;
      if (isPart) for (var i = 0; i < loaded; i++) HEAPU8[buffer + i] = data[i];
      else HEAPU8.set(data, buffer);
      _switchboard_socket_binary(transport, buffer, length);
    },

    /** Texts that the core retains, and their length in total. */
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
      // Even if something is thrown through the core: otherwise all later frames would wait for ever.
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
      if (socket.readyState == 1) socket.onopen(); // it opened in its constructor, before the handler was set
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
    socket.onopen = socket.onmessage = socket.onclose = null; // onerror stays: npm's ws throws errors without a listener
    sockets.table.remove(number);
    if (socket.readyState < 2) socket.close(1000);
  },

  // In Node the global `performance` is a getter that costs more than reading the clock.
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
