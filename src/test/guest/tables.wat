;; Grows its table by the i32 in its body and answers what that gave, then how large the table was before: 8 bytes.
(module
  (memory (export "memory") 1 1)
  (table $t 1 funcref)
  (func (export "allocate_memory") (param i32) (result i32) (i32.const 16))
  (func (export "deallocate_memory") (param i32 i32))
  (func (export "handle") (param $b i32) (param i32) (result i64)
    (i32.store (i32.const 4) (table.size $t))
    (i32.store (i32.const 0) (table.grow $t (ref.null func) (i32.load (local.get $b))))
    (i64.const 8)))
