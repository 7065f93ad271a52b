;; An allocator that lies, by the length asked for: 1 -> -1, 2 -> one byte short of room, 3 -> 2^31, 4 -> null, 5 -> the memory's end,
;; 6 -> traps, 7 -> never returns; other lengths are served. Answers 4 bytes.
(module
  (memory (export "memory") 1 1)
  (func (export "allocate_memory") (param $len i32) (result i32)
    (if (i32.eq (local.get $len) (i32.const 1)) (then (return (i32.const -1))))
    (if (i32.eq (local.get $len) (i32.const 2)) (then (return (i32.const 0xffff))))
    (if (i32.eq (local.get $len) (i32.const 3)) (then (return (i32.const 0x80000000))))
    (if (i32.eq (local.get $len) (i32.const 4)) (then (return (i32.const 0))))
    (if (i32.eq (local.get $len) (i32.const 5)) (then (return (i32.const 0x10000))))
    (if (i32.eq (local.get $len) (i32.const 6)) (then unreachable))
    (if (i32.eq (local.get $len) (i32.const 7)) (then (loop $l (br $l))))
    (i32.const 16))
  (func (export "deallocate_memory") (param i32 i32))
  (func (export "handle") (param i32 i32) (result i64) (i64.const 0x0000001000000004)))
