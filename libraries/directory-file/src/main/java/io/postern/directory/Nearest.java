package io.postern.directory;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** The known name that a mistyped one most likely meant: by edit distance, case not counted. */
final class Nearest {
  private static final int LONGEST = 80;

  private Nearest() {}

  static String of(String typed, Collection<String> known) {
    String short_ = typed.length() <= LONGEST ? typed : typed.substring(0, LONGEST);
    return known.stream()
        .min(
            Comparator.<String>comparingInt(name -> distance(short_, name))
                .thenComparing(Comparator.naturalOrder()))
        .orElse("");
  }

  private static int distance(String a, String b) {
    String from = a.toLowerCase(Locale.ROOT);
    String to = b.toLowerCase(Locale.ROOT);
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
