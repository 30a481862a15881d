package io.postern.e2e.pages;

import java.util.List;
import java.util.function.BinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parts of a page that are made from the code, between {@code <!-- made by make reference: KIND
 * NAME -->} and {@code <!-- end -->}.
 */
final class MadeParts {
  private static final Pattern PART =
      Pattern.compile(
          "(<!-- made by make reference: ([a-z-]+) ?([^ ]*) -->\n)(.*?)(<!-- end -->)",
          Pattern.DOTALL);

  private MadeParts() {}

  /** The names of a page's parts of one kind. */
  static List<String> names(String page, String kind) {
    return PART.matcher(page)
        .results()
        .filter(part -> part.group(2).equals(kind))
        .map(part -> part.group(3))
        .toList();
  }

  /**
   * The page with its parts made anew.
   *
   * @param maker the text of a part by its kind and name
   */
  static String renewed(String page, BinaryOperator<String> maker) {
    return PART.matcher(page)
        .replaceAll(
            part ->
                Matcher.quoteReplacement(
                    part.group(1)
                        + "\n"
                        + maker.apply(part.group(2), part.group(3)).strip()
                        + "\n\n"
                        + part.group(5)));
  }
}
