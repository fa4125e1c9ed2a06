/**
 * JavaScript's half of Embind as far as the module needs it, in place of what any module might: a class without bases, overloads, smart
 * pointers and copies, whose objects are made and deleted by JavaScript. Arguments are texts in UTF-8, unsigned numbers of 32 bits, and
 * JavaScript values of which C++ holds one handle each; results are texts, such numbers, or nothing.
 */
mergeInto(LibraryManager.library, {
  /**
   * By the address that C++ knows a type by: `toCore` makes what C++ takes, `free` ends that after the call, `fromCore` makes what
   * JavaScript gets. All are there when the first object is made; classes may be registered before.
   */
  $wireTypes: {},
  _embind_register_void__deps: ['$wireTypes'],
  _embind_register_void: function (type) {
    wireTypes[type] = { fromCore: function () {} };
  },
  _embind_register_integer__deps: ['$wireTypes'],
  _embind_register_integer: function (type) {
    var unsigned = (value) => value >>> 0;
    wireTypes[type] = { toCore: unsigned, fromCore: unsigned };
  },
  _embind_register_std_string__deps: ['$wireTypes', 'malloc', 'free'],
  _embind_register_std_string: function (type) {
    var encoder = new TextEncoder();
    wireTypes[type] = {
      toCore: function (text) {
        if (typeof text != 'string') throw new TypeError('Not a string: ' + text);
        var bytes = encoder.encode(text);
        var at = _malloc(bytes.length + 5);
        HEAPU32[at >> 2] = bytes.length;
        HEAPU8.set(bytes, at + 4);
        return at;
      },
      free: (at) => _free(at),
      fromCore: function (at) {
        var text = UTF8Decoder.decode(HEAPU8.subarray(at + 4, at + 4 + HEAPU32[at >> 2]));
        _free(at);
        return text;
      },
    };
  },
  _embind_register_emval__deps: ['$wireTypes', '$Emval'],
  _embind_register_emval: function (type) {
    wireTypes[type] = { toCore: Emval.toHandle };
  },

  // A handle is an index, and has one holder.
  $Emval: {
    values: [null], // index 0 is no value
    free: [],
    toValue: (handle) => Emval.values[handle],
    toHandle: function (value) {
      var handle = Emval.free.pop() || Emval.values.length;
      Emval.values[handle] = value;
      return handle;
    },
  },
  _emval_decref__deps: ['$Emval'],
  _emval_decref: function (handle) {
    if (!handle) return; // it was moved to another holder
    Emval.values[handle] = null;
    Emval.free.push(handle);
  },

  /** By the address that C++ knows a class by: its constructor, of which `make` returns a new object's pointer. */
  $coreClasses: {},
  _embind_register_class__deps: ['$coreClasses', '$wireTypes', '$getWasmTableEntry'],
  _embind_register_class: function (
    type,
    pointerType,
    constPointerType,
    base,
    actualTypeSignature,
    actualType,
    upcastSignature,
    upcast,
    downcastSignature,
    downcast,
    name,
    destructorSignature,
    destructor,
  ) {
    var pointerOf = function (object) {
      if (!object.pointer) throw new TypeError('The object is deleted.');
      return object.pointer;
    };
    wireTypes[pointerType] = wireTypes[constPointerType] = { toCore: pointerOf, fromCore: (pointer) => pointer };
    var Class = function (...values) {
      this.pointer = Class.make(values);
    };
    Class.prototype = Object.create({
      delete: function () {
        getWasmTableEntry(destructor)(pointerOf(this));
        this.pointer = 0;
      },
    });
    Module[UTF8ToString(name)] = coreClasses[type] = Class;
  },
  _embind_register_class_constructor__deps: ['$coreClasses', '$coreFunction'],
  _embind_register_class_constructor: function (type, count, types, invokerSignature, invoker, context) {
    coreClasses[type].make = coreFunction('the constructor', count, types, invoker, context);
  },
  _embind_register_class_function__deps: ['$coreClasses', '$coreFunction'],
  _embind_register_class_function: function (type, name, count, types, invokerSignature, invoker, context) {
    name = UTF8ToString(name);
    var call = coreFunction(name, count, types, invoker, context);
    coreClasses[type].prototype[name] = function (...values) {
      return call([this, ...values]);
    };
  },

  /** A C++ function that takes its values as an array, a method's object first. `types`: `count` of them, the result's first. */
  $coreFunction__deps: ['$wireTypes', '$getWasmTableEntry'],
  $coreFunction: function (name, count, types, invoker, context) {
    types = [...HEAPU32.subarray(types >> 2, (types >> 2) + count)];
    return function (values) {
      if (values.length != count - 1) throw new TypeError('Wrong number of arguments for ' + name);
      var [result, ...taken] = types.map((type) => wireTypes[type]);
      var args = taken.map((type, i) => type.toCore(values[i]));
      var wire = getWasmTableEntry(invoker)(context, ...args);
      taken.forEach((type, i) => type.free && type.free(args[i]));
      return result.fromCore(wire);
    };
  },
});
