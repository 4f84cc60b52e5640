/* libffi for Swift. Its types are mutable globals, which Swift refuses to name: hence functions. */
#pragma once
#include <ffi.h>

static inline ffi_type *ffi_shim_uint8(void) { return &ffi_type_uint8; }
static inline ffi_type *ffi_shim_sint32(void) { return &ffi_type_sint32; }
static inline ffi_type *ffi_shim_sint64(void) { return &ffi_type_sint64; }
static inline ffi_type *ffi_shim_uint64(void) { return &ffi_type_uint64; }
static inline ffi_type *ffi_shim_double(void) { return &ffi_type_double; }
static inline ffi_type *ffi_shim_pointer(void) { return &ffi_type_pointer; }
static inline ffi_type *ffi_shim_void(void) { return &ffi_type_void; }
static inline ffi_type *ffi_shim_sint8(void) { return &ffi_type_sint8; }
static inline ffi_type *ffi_shim_uint16(void) { return &ffi_type_uint16; }
static inline ffi_type *ffi_shim_sint16(void) { return &ffi_type_sint16; }
static inline ffi_type *ffi_shim_uint32(void) { return &ffi_type_uint32; }
static inline ffi_type *ffi_shim_float(void) { return &ffi_type_float; }
