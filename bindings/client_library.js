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
  $openClient__deps: ['$withText', '$sinks'],
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
      delete: function () {
        _switchboard_delete(client);
        sinks.remove(slot);
      },
    };
  },

  switchboard_batch__deps: ['$sinks', '$openClient'],
  switchboard_batch: function (slot, words) {
    sinks.values[slot](words >> 2);
  },
});
