package io.postern.console.web.certificates;

import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.PageChoice;
import java.util.List;

/** The pages about certificates, as links on each of them. Stateless. */
final class CertificateSections {
  private static final List<String> PAGES =
      List.of("", "/check", "/rehearsal", "/roots", "/dns", "/mta-sts", "/revocation");

  /** What the service fetches of others is of no organization. */
  private static final List<String> OPERATORS = List.of("/mta-sts", "/revocation");

  private CertificateSections() {}

  /**
   * @param current such as {@code /roots}
   */
  static List<PageChoice> of(Frame f, String current) {
    return PAGES.stream()
        .filter(page -> f.isOperator() || !OPERATORS.contains(page))
        .map(
            page ->
                new PageChoice(
                    f.t("certs.page" + page.replace('/', '.')),
                    "/certificates" + page,
                    page.equals(current)))
        .toList();
  }
}
