package io.postern.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MetricsDocumentedTest {
  private static final Pattern NAME =
      Pattern.compile(
          "(?:counter|timer|gauge|summary|builder)\\(\\s*\"(postern\\.delivery\\.[a-z.]+)\"");

  @Test
  void everyMetricStandsInTheReadme() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    Set<String> names = names();
    assertThat(names).hasSizeGreaterThan(15);
    for (String name : names) {
      assertThat(readme).contains("`" + name.replace('.', '_'));
    }
  }

  private static Set<String> names() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      List<Path> sources = files.filter(f -> f.toString().endsWith(".java")).toList();
      for (Path source : sources) {
        Matcher matcher = NAME.matcher(Files.readString(source));
        while (matcher.find()) {
          names.add(matcher.group(1));
        }
      }
    }
    return names;
  }
}
