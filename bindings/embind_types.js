/**
 * What the module needs of Embind's runtime, in place of what any module might: one class without bases, overloads, smart pointers and
 * copies, whose objects are made and deleted by JavaScript; texts in UTF-8; no arrays, structs or pointers as values.
 */
mergeInto(LibraryManager.library, {
  // Conveniences that are hung on the module and on each object.
  $init_embind__deps: [],
  $init_embind: function () {},
  $init_emval__deps: [],
  $init_emval: function () {},
  $init_ClassHandle__deps: ['$ClassHandle_delete'],
  $init_ClassHandle: function () {
    ClassHandle.prototype['delete'] = ClassHandle_delete;
  },

  // An object is its pointer, and has one owner.
  $attachFinalizer__deps: [],
  $attachFinalizer: function (handle) {
    return handle;
  },
  $detachFinalizer__deps: [],
  $detachFinalizer: function () {},
  $runDestructor: function ($$) {
    $$.ptrType.registeredClass.rawDestructor($$.ptr);
  },
  $init_RegisteredPointer__deps: ['$RegisteredPointer_fromWireType'],
  $init_RegisteredPointer: function () {
    RegisteredPointer.prototype['argPackAdvance'] = 8;
    RegisteredPointer.prototype['fromWireType'] = RegisteredPointer_fromWireType;
  },
  $RegisteredPointer_fromWireType__deps: ['$makeClassHandle'],
  $RegisteredPointer_fromWireType: function (pointer) {
    return makeClassHandle(this.registeredClass.instancePrototype, { ptrType: this, ptr: pointer });
  },
  $genericPointerToWireType__deps: ['$throwBindingError'],
  $genericPointerToWireType: function (destructors, handle) {
    if (!handle.$$ || !handle.$$.ptr) throwBindingError('Cannot pass deleted object as a pointer of type ' + this.name);
    return handle.$$.ptr;
  },
  $constNoSmartPtrRawPointerToWireType__deps: ['$genericPointerToWireType'],
  $constNoSmartPtrRawPointerToWireType: '=genericPointerToWireType',
  $nonConstNoSmartPtrRawPointerToWireType__deps: ['$genericPointerToWireType'],
  $nonConstNoSmartPtrRawPointerToWireType: '=genericPointerToWireType',

  // Types. Embind registers every type that C++ has; no method takes or returns these. None is read from memory.
  _embind_register_bigint: function () {},
  _embind_register_bool__deps: [],
  _embind_register_bool: function () {},
  _embind_register_float: function () {},
  _embind_register_memory_view: function () {},
  _embind_register_std_wstring: function () {},
  $simpleReadValueFromPointer: null,
  $integerReadValueFromPointer: function () {},
  $getShiftFromSize: function () {},
  _embind_register_std_string__deps: ['$readLatin1String', '$registerType', '$throwBindingError', 'malloc', 'free'],
  _embind_register_std_string: function (rawType, name) {
    var encoder = new TextEncoder();
    registerType(rawType, {
      name: readLatin1String(name),
      fromWireType: function (value) {
        var text = UTF8Decoder.decode(HEAPU8.subarray(value + 4, value + 4 + HEAPU32[value >> 2]));
        _free(value);
        return text;
      },
      toWireType: function (destructors, value) {
        if (typeof value != 'string') throwBindingError('Cannot pass non-string to std::string');
        var bytes = encoder.encode(value);
        var base = _malloc(bytes.length + 5);
        HEAPU32[base >> 2] = bytes.length;
        HEAPU8.set(bytes, base + 4);
        if (destructors !== null) destructors.push(_free, base);
        return base;
      },
      argPackAdvance: 8,
      destructorFunction: function (base) {
        _free(base);
      },
    });
  },
});
