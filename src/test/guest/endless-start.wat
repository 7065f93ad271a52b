;; Its start function does not end.
(module
  (memory (export "memory") 1)
  (func (export "allocate_memory") (param i32) (result i32) (i32.const 0))
  (func (export "deallocate_memory") (param i32 i32))
  (func (export "handle") (param i32 i32) (result i64) (i64.const 0))
  (func $spin (loop $l (br $l)))
  (start $spin))
