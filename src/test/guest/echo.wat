;; Answers its body, from where the host placed it; its allocator grows the memory at every call and never frees.
(module
  (memory (export "memory") 1)
  (func (export "allocate_memory") (param $len i32) (result i32)
    (local $page i32)
    (local.set $page (memory.grow (i32.add (i32.shr_u (local.get $len) (i32.const 16)) (i32.const 1))))
    (if (i32.eq (local.get $page) (i32.const -1)) (then (return (i32.const 0))))
    (i32.shl (local.get $page) (i32.const 16)))
  (func (export "deallocate_memory") (param i32 i32))
  (func (export "handle") (param $b i32) (param $len i32) (result i64)
    (i64.or (i64.shl (i64.extend_i32_u (local.get $b)) (i64.const 32)) (i64.extend_i32_u (local.get $len)))))
