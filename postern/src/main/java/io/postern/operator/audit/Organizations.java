package io.postern.operator.audit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Organizations of one partition's mail, by number; 0 is none. One thread while it grows. */
final class Organizations {
  private static final int MAX = Short.MAX_VALUE;

  private final List<String> names = new ArrayList<>(List.of(""));
  private final Map<String, Short> numbers = new HashMap<>(Map.of("", (short) 0));

  String name(int number) {
    return names.get(number);
  }

  short number(String name) {
    return numbers.computeIfAbsent(name, this::add);
  }

  private short add(String name) {
    if (names.size() == MAX) {
      throw new IllegalStateException("more than " + MAX + " organizations");
    }
    names.add(name);
    return (short) (names.size() - 1);
  }
}
