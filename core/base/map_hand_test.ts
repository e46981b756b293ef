import { assertEquals } from "../../tests/assert.ts";
import { MapHand } from "./map_hand.ts";

Deno.test("MapHand goes round a map, whatever comes and goes meanwhile", () => {
  const map = new Map([1, 2, 3].map((n) => [n, n]));
  const hand = new MapHand(map);
  assertEquals([hand.next(), hand.next()], [1, 2]);
  map.delete(3);
  map.set(4, 4);
  hand.inserted();
  assertEquals([hand.next(), hand.next(), hand.next()], [4, 1, 2]);
  map.clear();
  assertEquals(hand.next(), undefined);
});

Deno.test("MapHand holds on to nothing of a map while it is not moved", () => {
  const map = new Map<number, number>([[0, 0]]);
  const hand = new MapHand(map);
  assertEquals(hand.isPlaced, false);
  assertEquals(hand.next(), 0);
  for (let n = 1; n < 1024; n++) {
    map.set(n, n);
    hand.inserted();
  }
  assertEquals(hand.isPlaced, true);
  hand.inserted();
  assertEquals(hand.isPlaced, false);
  assertEquals(hand.next(), 0);
});
