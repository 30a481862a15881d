package io.postern.e2e.pages;

import static java.util.Objects.requireNonNull;

import io.postern.e2e.Project;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What pages are written in, as the usual hosts of it and MkDocs read it. */
public final class Markdown {
  private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*?) *#*");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]*)(?:#([^)\\s]+))?\\)");
  private static final Pattern PAGE = Pattern.compile("docs/([a-z0-9/-]+\\.md)(#[a-z0-9-]+)?");

  private Markdown() {}

  /** The headings of a page, without those in code. */
  public static List<String> headings(String page) {
    List<String> headings = new ArrayList<>();
    boolean code = false;
    for (String line : page.lines().toList()) {
      code ^= line.startsWith("```");
      Matcher heading = HEADING.matcher(line);
      if (!code && heading.matches()) {
        headings.add(heading.group(1));
      }
    }
    return headings;
  }

  /** The headings as anchors. */
  static List<String> anchors(String page) {
    return headings(page).stream().map(Markdown::anchor).toList();
  }

  static String anchor(String heading) {
    return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
  }

  /**
   * Links of a page to files or sections that are not there.
   *
   * @param text of a file by a link's path; null: there is none
   */
  static List<String> deadLinks(String page, Function<String, @Nullable String> text) {
    List<String> dead = new ArrayList<>();
    Matcher link = LINK.matcher(page);
    while (link.find()) {
      String target = link.group(1).isEmpty() ? page : text.apply(link.group(1));
      if (target == null || link.group(2) != null && !anchors(target).contains(link.group(2))) {
        dead.add(link.group());
      }
    }
    return dead;
  }

  /** Names of pages, as code and commands write them, become links with the page's title. */
  static String linked(String text, Path page) {
    return PAGE.matcher(text)
        .replaceAll(
            name -> {
              Path target = Project.root().resolve("docs").resolve(name.group(1));
              String section = name.group(2) == null ? "" : name.group(2);
              String title = headings(Project.read(target)).getFirst();
              return Matcher.quoteReplacement(
                  "["
                      + title
                      + "]("
                      + requireNonNull(page.getParent()).relativize(target)
                      + section
                      + ")");
            });
  }
}
