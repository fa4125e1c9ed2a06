/**
 * Embind registers every type that C++ has. No method of the module takes or returns these, so they are left out, and with them what
 * would convert them.
 */
mergeInto(LibraryManager.library, {
  _embind_register_bigint: function () {},
  _embind_register_float: function () {},
  _embind_register_memory_view: function () {},
  _embind_register_std_wstring: function () {},
});
