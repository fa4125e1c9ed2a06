/**
 * The boundary between JavaScript and the core's clients: texts, numbers and addresses, and nothing else. The imports below are declared in
 * realtime_client.cpp, the exports (`_switchboard_…`) in module.cpp.
 */
mergeInto(LibraryManager.library, {
  $encoder: '=new TextEncoder()',
  $decoder: '=new TextDecoder()',

  /** The text that is `bytes` long in the heap. */
  $textAt__deps: ['$decoder'],
  $textAt: function (at, bytes) {
    return decoder.decode(HEAPU8.subarray(at, at + bytes));
  },

  /** Calls `call(address, bytes)` with the text in the heap, and returns what it returns. */
  $withText__deps: ['$encoder'],
  $withText: function (text, call) {
    var bytes = encoder.encode(text);
    var at = _malloc(bytes.length);
    HEAPU8.set(bytes, at);
    try {
      return call(at, bytes.length);
    } finally {
      _free(at);
    }
  },

  /** Values by number, from 1 on. A number that is free is given out again. */
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

  /** What the clients' flushes go to. */
  $sinks__deps: ['$newSlots'],
  $sinks: '=newSlots()',

  /** What the core answers to the command that is running. Read and cleared at once, because commands may be nested. */
  $answer: { text: '' },

  /** A new client, typed as CoreClient in web/core/engine/wasmModule.ts. */
  $openClient__deps: ['$withText', '$sinks', '$answer'],
  $openClient__postset: "Module['openClient'] = openClient;",
  $openClient: function (options, sink) {
    var slot = sinks.add(sink);
    var client = withText(options, (at, bytes) => _switchboard_open(slot, at, bytes));
    return {
      run: function (command, number, text) {
        withText(text, (at, bytes) => _switchboard_run(client, command, number, at, bytes));
        var answered = answer.text;
        answer.text = '';
        return answered;
      },
      delete: function () {
        _switchboard_delete(client);
        sinks.remove(slot);
      },
    };
  },

  switchboard_answer__deps: ['$answer', '$textAt'],
  switchboard_answer: function (at, bytes) {
    answer.text = textAt(at, bytes);
  },

  switchboard_flush__deps: ['$sinks', '$openClient'],
  switchboard_flush: function (slot, words) {
    sinks.values[slot](words >> 2);
  },
});
