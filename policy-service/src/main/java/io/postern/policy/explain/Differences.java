package io.postern.policy.explain;

import io.postern.policy.explain.ExplainAnswer.Decisions;
import io.postern.policy.explain.ExplainAnswer.In;
import io.postern.policy.explain.ExplainAnswer.Out;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The respects in which a recorded decision and today's differ, each a sentence. Pure. */
final class Differences {
  private Differences() {}

  static List<String> of(Decisions then, Decisions now) {
    List<String> differences = new ArrayList<>();
    of("in", then.in(), now.in(), differences);
    if (then.incoming() != null && now.incoming() != null) {
      of("in, for the recipient's organization", then.incoming(), now.incoming(), differences);
    }
    Out before = then.out();
    Out after = now.out();
    if (before != null && after != null) {
      differs("out", "result", before.result(), after.result(), differences);
      differs("out", "connector", before.connector(), after.connector(), differences);
      differs("out", "next hop", before.nextHop(), after.nextHop(), differences);
      differs("out", "requirement", before.requirement(), after.requirement(), differences);
    }
    return differences;
  }

  private static void of(String leg, In then, In now, List<String> differences) {
    differs(leg, "result", then.result(), now.result(), differences);
    differs(leg, "connector", then.connector(), now.connector(), differences);
    differs(leg, "organization", then.organization(), now.organization(), differences);
    differs(leg, "rule", then.rule(), now.rule(), differences);
    differs(leg, "code", then.code(), now.code(), differences);
  }

  private static void differs(
      String leg,
      String respect,
      @Nullable Object then,
      @Nullable Object now,
      List<String> differences) {
    String before = named(then);
    String after = named(now);
    if (!before.equals(after)) {
      differences.add(leg + ": " + respect + " was " + before + ", is now " + after);
    }
  }

  private static String named(@Nullable Object value) {
    return value == null || value.equals("") ? "none" : value.toString();
  }
}
