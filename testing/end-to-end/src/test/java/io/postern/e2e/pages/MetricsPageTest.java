package io.postern.e2e.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.e2e.Project;
import io.postern.e2e.pages.MetricsSource.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/reference/metrics.md has each metric of the code with its type and labels, and no other. */
class MetricsPageTest {
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `(postern_\\w+)` \\| (\\w+)[^;|]*(?:;([^|]*))?\\|");

  /** A label stands in code; its values, if any, behind a colon without. */
  private static final Pattern LABEL = Pattern.compile("`(\\w+)`");

  private final Map<String, Metric> metrics =
      MetricsSource.in(Project.mainSources(), Known.settings());
  private final String page = Project.read(Project.root().resolve("docs/reference/metrics.md"));

  @Test
  void eachMetricHasItsRowAndEachRowItsMetric() {
    Map<String, String> rows = rows();
    List<String> missing = new ArrayList<>();
    for (Metric metric : metrics.values()) {
      List<String> found = metric.names().stream().filter(rows::containsKey).toList();
      if (found.isEmpty()) {
        missing.add(metric.names() + ": | `name` | type; `label` | meaning | action |");
      } else {
        rows.keySet().removeAll(found);
      }
    }
    assertThat(metrics).hasSizeGreaterThan(100);
    assertThat(missing).as("metrics without a row").isEmpty();
    assertThat(rows.keySet()).as("rows without a metric").isEmpty();
  }

  @Test
  void eachRowHasTheTypeAndTheLabelsOfItsMetric() {
    List<String> wrong = new ArrayList<>();
    Matcher row = ROW.matcher(page);
    while (row.find()) {
      String name = row.group(1);
      String type = row.group(2).replace("histogram", "timer");
      Metric metric =
          metrics.values().stream()
              .filter(one -> one.names().contains(name))
              .findFirst()
              .orElseThrow(() -> new AssertionError(name));
      if (!metric.type().isEmpty() && !metric.type().equals(type)) {
        wrong.add(name + " is a " + metric.type());
      }
      Matcher label = LABEL.matcher(row.group(3) == null ? "" : row.group(3));
      while (label.find()) {
        String written = "\"" + label.group(1) + "\"";
        if (metric.sources().stream().noneMatch(source -> source.contains(written))) {
          wrong.add(name + " has no label " + label.group(1));
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private Map<String, String> rows() {
    Map<String, String> rows = new TreeMap<>();
    ROW.matcher(page).results().forEach(row -> rows.put(row.group(1), row.group(2)));
    return rows;
  }
}
