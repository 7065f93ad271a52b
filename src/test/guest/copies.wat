;; Body: three i32 (to, from, length), then anything. Copies inside the body's region by memory.copy, offsets counted from the region's start,
;; and answers the region.
(module
  (memory (export "memory") 1 1)
  (func (export "allocate_memory") (param i32) (result i32) (i32.const 0x1000))
  (func (export "deallocate_memory") (param i32 i32))
  (func (export "handle") (param $b i32) (param $len i32) (result i64)
    (memory.copy
      (i32.add (local.get $b) (i32.load (local.get $b)))
      (i32.add (local.get $b) (i32.load offset=4 (local.get $b)))
      (i32.load offset=8 (local.get $b)))
    (i64.or (i64.shl (i64.extend_i32_u (local.get $b)) (i64.const 32)) (i64.extend_i32_u (local.get $len)))))
