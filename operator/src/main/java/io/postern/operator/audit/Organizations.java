package io.postern.operator.audit;

import io.postern.operator.audit.wire.Slice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Organizations of one partition's mail, by number; 0 is none. One thread while it grows. */
final class Organizations {
  private static final int MAX = Short.MAX_VALUE;

  private final List<String> names = new ArrayList<>(List.of(""));
  private final Map<String, Integer> numbers = new HashMap<>(Map.of("", 0));
  private byte[] last = new byte[0];
  private int lastNumber;

  int number(Slice name) {
    if (!name.is(last)) {
      last = name.copy();
      lastNumber = number(name.text());
    }
    return lastNumber;
  }

  String name(int number) {
    return names.get(number);
  }

  int size() {
    return names.size();
  }

  private int number(String name) {
    Integer known = numbers.get(name);
    if (known != null) {
      return known;
    }
    if (names.size() == MAX) {
      throw new IllegalStateException("more than " + MAX + " organizations");
    }
    names.add(name);
    numbers.put(name, names.size() - 1);
    return names.size() - 1;
  }
}
