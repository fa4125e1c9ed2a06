/**
 * The boundary between JavaScript and the core's clients. Only texts, numbers and addresses cross it. The imports below are declared in
 * realtime_client.cpp, the exports (`_switchboard_…`) in module.cpp.
 */
mergeInto(LibraryManager.library, {
  $encoder: '=new TextEncoder()',
  $decoder: '=new TextDecoder()',

  /** Decodes a text of `bytes` bytes in the heap. */
  $textAt__deps: ['$decoder'],
  $textAt: function (at, bytes) {
    return decoder.decode(HEAPU8.subarray(at, at + bytes));
  },

  /** Calls `call(address, bytes)` with the text, or with bytes, in the heap, and returns what it returns. */
  $withText__deps: ['$encoder'],
  $withText: function (text, call) {
    var bytes = typeof text == 'string' ? encoder.encode(text) : text;
    var at = _malloc(bytes.length);
    HEAPU8.set(bytes, at);
    try {
      return call(at, bytes.length);
    } finally {
      _free(at);
    }
  },

  /** Memory in the heap for what goes to the core, used again and again. */
  $newBuffer__deps: ['$encoder'],
  $newBuffer: function () {
    var capacity = 0;
    var heap = null; // HEAPU8 for which the view was made
    var view = null;
    return {
      at: 0,
      /** Makes room for `size` bytes. */
      reserve: function (size) {
        if (capacity >= size) return;
        if (this.at) _free(this.at);
        this.at = _malloc(size);
        capacity = size;
        heap = null;
      },
      /** Writes a text, for which there must be three bytes for each character, and returns its size in bytes. */
      write: function (text) {
        if (heap != HEAPU8) {
          heap = HEAPU8;
          view = HEAPU8.subarray(this.at, this.at + capacity);
        }
        return encoder.encodeInto(text, view).written;
      },
      /** After each use: what is large is freed. */
      trim: function () {
        if (capacity <= 1 << 20) return;
        _free(this.at);
        this.at = capacity = 0;
      },
    };
  },

  $outbox__deps: ['$newBuffer'],
  $outbox: '=newBuffer()',

  /** Values by number, starting at 1. Free numbers are reused. */
  $newSlots: function () {
    var values = [null];
    var free = [];
    return {
      values: values,
      add: function (value) {
        var number = free.pop() || values.length;
        values[number] = value;
        return number;
      },
      remove: function (number) {
        values[number] = null;
        free.push(number);
      },
    };
  },

  /** The functions that receive the clients' batches. */
  $sinks__deps: ['$newSlots'],
  $sinks: '=newSlots()',

  /** A new client, typed as CoreClient in web/core/engine/wasmModule.ts. */
  $openClient__deps: ['$withText', '$sinks', '$outbox'],
  $openClient__postset: "Module['openClient'] = openClient;",
  $openClient: function (options, sink) {
    var slot = sinks.add(sink);
    var client = withText(options, (at, bytes) => _switchboard_open(slot, at, bytes));
    return {
      run: function (command, payload) {
        withText(payload || '', (payloadAt, payloadBytes) =>
          withText(command, (at, bytes) => _switchboard_run(client, at, bytes, payloadAt, payloadBytes)),
        );
      },
      push: function (id, handle, ack, timeout, every, event, metadata, payload) {
        var isJson = typeof payload == 'string';
        var text = event + metadata + (isJson ? payload : '');
        outbox.reserve(text.length * 3 + payload.length);
        var bytes = outbox.write(text);
        var eventBytes = bytes == text.length ? event.length : encoder.encode(event).length;
        if (!isJson) {
          HEAPU8.set(payload, outbox.at + bytes);
          bytes += payload.length;
        }
        try {
          return !!_switchboard_push(client, id, handle, ack, isJson, timeout, every, outbox.at, eventBytes, metadata.length, bytes);
        } finally {
          outbox.trim();
        }
      },
      record: function () {
        _switchboard_record(client);
        var recording = outbox.recording;
        outbox.recording = null;
        return recording;
      },
      delete: function () {
        _switchboard_delete(client);
        sinks.remove(slot);
      },
    };
  },

  switchboard_recorded__deps: ['$outbox'],
  switchboard_recorded: function (at, bytes) {
    outbox.recording = HEAPU8.slice(at, at + bytes);
  },

  switchboard_batch__deps: ['$sinks', '$openClient'],
  switchboard_batch: function (slot, words) {
    sinks.values[slot](words >> 2);
  },
});
