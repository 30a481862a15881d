package io.postern.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.delivery.position.Deliverer;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Dependencies between the packages of this service go one way (docs/design/delivery.md). */
class PackagesTest {
  private static final String ROOT = "io/postern/delivery/";
  private static final Pattern USED = Pattern.compile(ROOT + "(?:([a-z]\\w*)/)?[A-Z]");

  @Test
  void noTwoPackagesNeedEachOther() throws Exception {
    Map<String, Set<String>> needs = needs();
    assertThat(needs.get("relay")).contains("attempt", "route", "session", "transaction");
    assertThat(cycle(needs)).isEmpty();
    assertThat(needs.values()).as("nothing needs the parts' owner").noneMatch(n -> n.contains(""));
  }

  @Test
  void aCycleIsFound() {
    Map<String, Set<String>> needs =
        Map.of("a", Set.of("b"), "b", Set.of("c", "d"), "c", Set.of(), "d", Set.of("b"));
    assertThat(cycle(needs)).containsExactlyInAnyOrder("b", "d");
  }

  /** By their class files: the other packages of each one. */
  private static Map<String, Set<String>> needs() throws Exception {
    Path classes =
        Path.of(Deliverer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Map<String, Set<String>> needs = new TreeMap<>();
    try (Stream<Path> files = Files.walk(classes.resolve(ROOT))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        String name = classes.resolve(ROOT).relativize(file).toString().replace('\\', '/');
        String own = name.contains("/") ? name.substring(0, name.indexOf('/')) : "";
        Set<String> used = needs.computeIfAbsent(own, _ -> new TreeSet<>());
        used.addAll(used(file));
        used.remove(own);
      }
    }
    return needs;
  }

  private static List<String> used(Path file) throws IOException {
    List<String> used = new ArrayList<>();
    for (PoolEntry entry : ClassFile.of().parse(file).constantPool()) {
      if (entry instanceof Utf8Entry text) {
        USED.matcher(text.stringValue()).results().map(PackagesTest::name).forEach(used::add);
      }
    }
    return used;
  }

  private static String name(MatchResult found) {
    return found.group(1) == null ? "" : found.group(1);
  }

  /** What is left when packages that need no other, or that no other needs, are taken away. */
  private static Set<String> cycle(Map<String, Set<String>> needs) {
    Map<String, Set<String>> left = new TreeMap<>(needs);
    while (left.entrySet()
        .removeIf(
            one ->
                Collections.disjoint(one.getValue(), left.keySet())
                    || left.values().stream().noneMatch(n -> n.contains(one.getKey())))) {}
    return left.keySet();
  }
}
