;; Answers the region that its body names: 8 bytes, the packed region. Its memory has one page.
(module
  (memory (export "memory") 1 1)
  (func (export "allocate_memory") (param i32) (result i32) (i32.const 16))
  (func (export "deallocate_memory") (param i32 i32))
  (func (export "handle") (param $b i32) (param i32) (result i64) (i64.load (local.get $b))))
