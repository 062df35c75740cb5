;; AdamW's arithmetic over float32, four at a time. Built into adamw-wasm.ts by scripts/adamw.ts.
(module
  (import "env" "memory" (memory 1))

  ;; The sum of squares of `count` numbers at `at`, in float64.
  (func (export "squares") (param $at i32) (param $count i32) (result f64)
    (local $end i32) (local $x v128) (local $low v128) (local $high v128) (local $sum f64) (local $one f64)
    (local.set $end (i32.add (local.get $at) (i32.shl (i32.and (local.get $count) (i32.const -4)) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $x (v128.load (local.get $at)))
        (local.set $low (f64x2.promote_low_f32x4 (local.get $x)))
        (local.set $high (f64x2.promote_low_f32x4
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $x) (local.get $x))))
        (local.set $x (f64x2.add
          (f64x2.mul (local.get $low) (local.get $low))
          (f64x2.mul (local.get $high) (local.get $high))))
        (local.set $sum (f64.add (local.get $sum)
          (f64.add (f64x2.extract_lane 0 (local.get $x)) (f64x2.extract_lane 1 (local.get $x)))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (local.set $end (i32.add (local.get $end) (i32.shl (i32.and (local.get $count) (i32.const 3)) (i32.const 2))))
    (block $rest
      (loop $next
        (br_if $rest (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $one (f64.promote_f32 (f32.load (local.get $at))))
        (local.set $sum (f64.add (local.get $sum) (f64.mul (local.get $one) (local.get $one))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $next)))
    (local.get $sum))

  ;; One update of `count` weights, each array at its own address.
  ;;   g = gradient * factor;  m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g g
  ;;   w = w * keep - size * m / (sqrt(v) * root + epsilon)
  (func (export "update")
    (param $w i32) (param $g i32) (param $m i32) (param $v i32) (param $count i32)
    (param $beta1 f32) (param $rest1 f32) (param $beta2 f32) (param $rest2 f32) (param $epsilon f32)
    (param $factor f32) (param $keep f32) (param $size f32) (param $root f32)
    (local $end i32) (local $x v128) (local $first v128) (local $second v128)
    (local $gradient f32) (local $mean f32) (local $square f32)
    (local.set $end (i32.add (local.get $w) (i32.shl (i32.and (local.get $count) (i32.const -4)) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $w) (local.get $end)))
        (local.set $x (f32x4.mul (v128.load (local.get $g)) (f32x4.splat (local.get $factor))))
        (local.set $first (f32x4.add
          (f32x4.mul (v128.load (local.get $m)) (f32x4.splat (local.get $beta1)))
          (f32x4.mul (local.get $x) (f32x4.splat (local.get $rest1)))))
        (local.set $second (f32x4.add
          (f32x4.mul (v128.load (local.get $v)) (f32x4.splat (local.get $beta2)))
          (f32x4.mul (f32x4.mul (local.get $x) (local.get $x)) (f32x4.splat (local.get $rest2)))))
        (v128.store (local.get $m) (local.get $first))
        (v128.store (local.get $v) (local.get $second))
        (v128.store (local.get $w) (f32x4.sub
          (f32x4.mul (v128.load (local.get $w)) (f32x4.splat (local.get $keep)))
          (f32x4.div
            (f32x4.mul (local.get $first) (f32x4.splat (local.get $size)))
            (f32x4.add
              (f32x4.mul (f32x4.sqrt (local.get $second)) (f32x4.splat (local.get $root)))
              (f32x4.splat (local.get $epsilon))))))
        (local.set $w (i32.add (local.get $w) (i32.const 16)))
        (local.set $g (i32.add (local.get $g) (i32.const 16)))
        (local.set $m (i32.add (local.get $m) (i32.const 16)))
        (local.set $v (i32.add (local.get $v) (i32.const 16)))
        (br $next)))
    ;; The last three at most, one by one: by the same operations, so that where a part ends does not matter.
    (local.set $end (i32.add (local.get $end) (i32.shl (i32.and (local.get $count) (i32.const 3)) (i32.const 2))))
    (block $rest
      (loop $next
        (br_if $rest (i32.ge_u (local.get $w) (local.get $end)))
        (local.set $gradient (f32.mul (f32.load (local.get $g)) (local.get $factor)))
        (local.set $mean (f32.add
          (f32.mul (f32.load (local.get $m)) (local.get $beta1))
          (f32.mul (local.get $gradient) (local.get $rest1))))
        (local.set $square (f32.add
          (f32.mul (f32.load (local.get $v)) (local.get $beta2))
          (f32.mul (f32.mul (local.get $gradient) (local.get $gradient)) (local.get $rest2))))
        (f32.store (local.get $m) (local.get $mean))
        (f32.store (local.get $v) (local.get $square))
        (f32.store (local.get $w) (f32.sub
          (f32.mul (f32.load (local.get $w)) (local.get $keep))
          (f32.div
            (f32.mul (local.get $mean) (local.get $size))
            (f32.add
              (f32.mul (f32.sqrt (local.get $square)) (local.get $root))
              (local.get $epsilon)))))
        (local.set $w (i32.add (local.get $w) (i32.const 4)))
        (local.set $g (i32.add (local.get $g) (i32.const 4)))
        (local.set $m (i32.add (local.get $m) (i32.const 4)))
        (local.set $v (i32.add (local.get $v) (i32.const 4)))
        (br $next))))
)
