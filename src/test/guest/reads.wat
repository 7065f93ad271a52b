;; Looks for what is not its own. Counts the bytes of its memory that are not zero beyond its first page, then fills all of its memory
;; with the first byte of its body. Grows to 64 pages first. Answers the count, 4 bytes; traps when the body asks ('o') for a byte beyond
;; the end, or ('n') before the start.
(module
  (memory (export "memory") 1 64)
  (func (export "allocate_memory") (param i32) (result i32) (i32.const 16))
  (func (export "deallocate_memory") (param i32 i32))
  (func (export "handle") (param $b i32) (param $len i32) (result i64)
    (local $at i32) (local $count i32) (local $byte i32)
    (local.set $byte (i32.load8_u (local.get $b)))
    (drop (memory.grow (i32.const 63)))
    (if (i32.eq (local.get $byte) (i32.const 111)) (then (return (i64.load (i32.const 0x3ffff9)))))
    (if (i32.eq (local.get $byte) (i32.const 110)) (then (return (i64.load (i32.const -8)))))
    (local.set $at (i32.const 0x10000))
    (loop $l
      (if (i32.load8_u (local.get $at)) (then (local.set $count (i32.add (local.get $count) (i32.const 1)))))
      (br_if $l (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 0x400000))))
    (memory.fill (i32.const 0) (local.get $byte) (i32.const 0x400000))
    (i32.store (i32.const 0) (local.get $count))
    (i64.const 4)))
