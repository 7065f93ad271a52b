;; Makes one host call with the arguments that its body holds, and answers the result as 8 bytes.
;; Body: six i32, the first one is the call: 0 put, 1 get, 2 invoke, 3 last_error, 4 log, 5 sha256; else the size of the memory in pages.
(module
  (import "xdt" "put" (func $put (param i32 i32 i32 i32 i32) (result i32)))
  (import "xdt" "get" (func $get (param i32 i32) (result i64)))
  (import "xdt" "invoke" (func $invoke (param i32 i32 i32 i32) (result i64)))
  (import "xdt" "last_error" (func $last_error (param i32 i32) (result i32)))
  (import "xdt" "log" (func $log (param i32 i32 i32)))
  (import "xdt" "sha256" (func $sha256 (param i32 i32 i32) (result i32)))
  (memory (export "memory") 2 4)
  (data (i32.const 0x200) "echo")
  (data (i32.const 0x300) "http://x/")
  (global $next (mut i32) (i32.const 0x10000))
  (func (export "allocate_memory") (param $len i32) (result i32)
    (local $at i32)
    (local.set $at (global.get $next))
    (global.set $next (i32.add (local.get $at) (local.get $len)))
    (local.get $at))
  (func (export "deallocate_memory") (param i32 i32))
  (func $arg (param $body i32) (param $n i32) (result i32)
    (i32.load (i32.add (local.get $body) (i32.mul (local.get $n) (i32.const 4)))))
  (func (export "handle") (param $b i32) (param $len i32) (result i64)
    (local $op i32) (local $r i64)
    (local.set $op (call $arg (local.get $b) (i32.const 0)))
    (block $done
      (if (i32.eq (local.get $op) (i32.const 0)) (then
        (local.set $r (i64.extend_i32_s (call $put
          (call $arg (local.get $b) (i32.const 1)) (call $arg (local.get $b) (i32.const 2))
          (call $arg (local.get $b) (i32.const 3)) (call $arg (local.get $b) (i32.const 4))
          (call $arg (local.get $b) (i32.const 5)))))
        (br $done)))
      (if (i32.eq (local.get $op) (i32.const 1)) (then
        (local.set $r (call $get
          (call $arg (local.get $b) (i32.const 1)) (call $arg (local.get $b) (i32.const 2))))
        (br $done)))
      (if (i32.eq (local.get $op) (i32.const 2)) (then
        (local.set $r (call $invoke
          (call $arg (local.get $b) (i32.const 1)) (call $arg (local.get $b) (i32.const 2))
          (call $arg (local.get $b) (i32.const 3)) (call $arg (local.get $b) (i32.const 4))))
        (br $done)))
      (if (i32.eq (local.get $op) (i32.const 3)) (then
        (local.set $r (i64.extend_i32_s (call $last_error
          (call $arg (local.get $b) (i32.const 1)) (call $arg (local.get $b) (i32.const 2)))))
        (br $done)))
      (if (i32.eq (local.get $op) (i32.const 4)) (then
        (call $log
          (call $arg (local.get $b) (i32.const 1)) (call $arg (local.get $b) (i32.const 2))
          (call $arg (local.get $b) (i32.const 3)))
        (br $done)))
      (if (i32.eq (local.get $op) (i32.const 5)) (then
        (local.set $r (i64.extend_i32_s (call $sha256
          (call $arg (local.get $b) (i32.const 1)) (call $arg (local.get $b) (i32.const 2))
          (call $arg (local.get $b) (i32.const 3)))))
        (br $done)))
      (local.set $r (i64.extend_i32_u (memory.size))))
    (i64.store (i32.const 0x100) (local.get $r))
    (i64.const 0x0000010000000008)))
