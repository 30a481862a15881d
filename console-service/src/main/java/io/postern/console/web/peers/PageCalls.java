package io.postern.console.web.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import java.time.Duration;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The questions of one page to other services: the time that they have together, the services that
 * did not answer, and the answers where the page is wanted as JSON. Any thread; does not block.
 */
public final class PageCalls {
  /** All of a page's questions, from its first one on. */
  static final Duration TOGETHER = Duration.ofSeconds(30);

  /** One question, so that a service that does not answer leaves time for another one. */
  static final Duration ALONE = Duration.ofSeconds(15);

  private static final long MOST_CHARACTERS = 16 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private volatile long end;
  private final Duration alone;
  private final boolean keeps;
  private final Set<String> away = ConcurrentHashMap.newKeySet();
  private final SortedMap<String, String> answers = new TreeMap<>();
  private long characters;

  /**
   * @param together all questions, from now
   * @param alone one question
   * @param keeps the page is wanted as JSON
   */
  PageCalls(Duration together, Duration alone, boolean keeps) {
    this.end = System.nanoTime() + together.toNanos();
    this.alone = alone;
    this.keeps = keeps;
  }

  /**
   * The time that a question of the service has, at most the given one.
   *
   * @throws ProblemException 503: the page has no time left, or the service did not answer before
   */
  Duration time(String service, Duration most) {
    Duration left = Duration.ofNanos(end - System.nanoTime());
    if (!left.isPositive() || away.contains(service)) {
      throw doesNotAnswer(service);
    }
    return left.compareTo(most) < 0 ? left : most;
  }

  /** The same of a question that only reads. */
  Duration readingTime(String service) {
    return time(service, alone);
  }

  /** A call with a time of its own took some of it: the others have theirs behind it. */
  synchronized void waited(Duration time) {
    end += time.toNanos();
  }

  /** The page asks this service nothing more. */
  ProblemException away(String service) {
    away.add(service);
    ProblemException problem = doesNotAnswer(service);
    keep(service, json(problem.problem()), true);
    return problem;
  }

  private static String json(Problem problem) {
    return JSON.createObjectNode()
        .put("status", problem.status())
        .put("title", problem.title())
        .put("detail", problem.detail())
        .toString();
  }

  private static ProblemException doesNotAnswer(String service) {
    return ProblemException.unavailable(service + " does not respond: try again.");
  }

  /**
   * @param at service and path
   * @param isJson else it is shown as a text
   */
  public synchronized void keep(String at, String body, boolean isJson) {
    if (keeps && !body.isBlank()) {
      characters += body.length();
      if (characters <= MOST_CHARACTERS) {
        answers.put(at, isJson ? body : TextNode.valueOf(body).toString());
      }
    }
  }

  public boolean isWantedAsJson() {
    return keeps;
  }

  /**
   * The answer as it came; of several an object with each by service and path. A service that did
   * not answer has a problem in the place of its answers.
   *
   * @throws ProblemException 413: they have more than 16 MiB together
   */
  public synchronized String json() {
    if (characters > MOST_CHARACTERS) {
      throw new ProblemException(
          Problem.of(
              413,
              "Too large",
              "The data of the page has more than 16 MB: use the API in parts, or postern."));
    }
    if (answers.size() == 1 && away.isEmpty()) {
      return answers.values().iterator().next();
    }
    StringBuilder json = new StringBuilder("{");
    answers.forEach(
        (at, answer) ->
            json.append(json.length() == 1 ? "\n" : ",\n")
                .append(TextNode.valueOf(at))
                .append(": ")
                .append(answer));
    return json.append("\n}\n").toString();
  }
}
