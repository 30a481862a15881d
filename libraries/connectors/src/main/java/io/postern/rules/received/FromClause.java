package io.postern.rules.received;

import java.util.ArrayList;
import java.util.List;

/**
 * The clause "from NAME (comment) (comment)" at the start of a Received field, up to its "by" (RFC
 * 5321 §4.4), split and not interpreted. Immutable.
 *
 * @param name the word behind "from"; empty with a problem
 * @param comments texts in brackets, nested brackets included
 * @param problem the end of a sentence that begins with the field; empty: none
 */
record FromClause(String name, List<String> comments, String problem) {
  /** Of names, addresses, settings and remarks of mail servers; no quotes. */
  private static final String OTHERS = " .-_:[]()=@/%,+*'!#$&?^`{|}~;";

  /** Of a field; those that servers write have some hundred. */
  private static final int MOST = 2_000;

  private static final String BRACKETS = "has brackets that do not match";

  static FromClause of(String field) {
    if (field.length() > MOST) {
      return bad("has more than " + MOST + " characters");
    }
    String clause = "";
    int by = -1;
    int depth = 0;
    int word = 0; // begins here
    for (int i = 0; i <= field.length(); i++) {
      char c = i == field.length() ? ' ' : field.charAt(i);
      if (c == '(') {
        if (by < 0 && depth == 0 && i > 0 && field.charAt(i - 1) != ' ') {
          return bad("has a comment that touches a word");
        }
        depth++;
      } else if (c == ')') {
        if (--depth < 0) {
          return bad(BRACKETS);
        }
      }
      if (c == ' ' || c == '(' || c == ')') {
        if (depth == 0 && c == ' ' && isBy(field, word, i)) {
          if (by >= 0) {
            return bad("says \"by\" twice");
          }
          by = word;
          clause = field.substring(0, word).strip();
        }
        word = i + 1;
      } else if (by < 0 && !isLetterOrDigit(c) && OTHERS.indexOf(c) < 0) {
        return bad("has an unexpected character before its \"by\"");
      }
    }
    if (depth > 0) { // a second "by" may hide behind it
      return bad(BRACKETS);
    }
    return by < 0 ? bad("does not name the host that wrote it") : split(clause);
  }

  private static boolean isBy(String field, int from, int to) {
    return to - from == 2 && field.regionMatches(true, from, "by", 0, 2);
  }

  private static boolean isLetterOrDigit(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
  }

  /** Brackets match here. */
  private static FromClause split(String clause) {
    if (!clause.regionMatches(true, 0, "from ", 0, 5)) {
      return bad("does not name the host that sent the message");
    }
    String name = "";
    List<String> comments = new ArrayList<>(2);
    int depth = 0;
    int begin = 5;
    for (int i = 5; i <= clause.length(); i++) {
      char c = i == clause.length() ? ' ' : clause.charAt(i);
      if (c == '(' && depth++ == 0) {
        begin = i + 1;
      } else if (c == ')' && --depth == 0) {
        comments.add(clause.substring(begin, i));
        begin = i + 1;
      } else if (c == ' ' && depth == 0) {
        if (name.isEmpty() && comments.isEmpty()) {
          name = clause.substring(begin, i);
        }
        begin = i + 1;
      }
    }
    return new FromClause(name, List.copyOf(comments), "");
  }

  private static FromClause bad(String problem) {
    return new FromClause("", List.of(), problem);
  }
}
