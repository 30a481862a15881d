package io.postern.certificate.dns;

import io.postern.dns.DnsFailureException;
import io.postern.dns.MailResolver;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;

/** A question to the DNS, by the type's number. */
record Question(String name, int type) {

  /**
   * Asks all side by side, on threads of their own; blocks as long as the resolver's patience.
   *
   * @param questions at most a few dozen
   */
  static Map<Question, Answer> ask(Collection<Question> questions, MailResolver dns)
      throws InterruptedException {
    Map<Question, Future<Answer>> asked = new LinkedHashMap<>();
    Map<Question, Answer> answers = new LinkedHashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Question question : List.copyOf(questions)) {
        asked.put(question, threads.submit(() -> question.ask(dns)));
      }
      for (Map.Entry<Question, Future<Answer>> each : asked.entrySet()) {
        answers.put(each.getKey(), each.getValue().get());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    return answers;
  }

  private Answer ask(MailResolver dns) {
    try {
      return Answer.of(dns.ask(Name.fromString(name, Name.root), type));
    } catch (DnsFailureException e) {
      return new Answer(null, e.detail(), e.bogus());
    } catch (TextParseException e) {
      return new Answer(null, name + " is not a name", false);
    }
  }
}
