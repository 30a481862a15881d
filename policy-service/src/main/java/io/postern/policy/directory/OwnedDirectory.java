package io.postern.policy.directory;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.DirectoryResult;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.directory.DirectoryReader;
import io.postern.rules.Directory;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The owner's knowledge for judging a command: the whole directory, and the answers to earlier
 * commands. With each assignment the service's reader must come to an end asked for after it, since
 * a predecessor's transaction may still be in its commit (docs/design/the-log.md, "Directory").
 *
 * <p>Owner: the directory owner's thread. Bounds: 10,000 answers.
 */
final class OwnedDirectory {
  private static final int MOST_ANSWERS = 10_000;

  private final DirectoryReader<Directory> reader;
  private final Map<String, DirectoryResult> answers;

  private OwnedDirectory(DirectoryReader<Directory> reader, Map<String, DirectoryResult> answers) {
    this.reader = reader;
    this.answers = answers;
  }

  /**
   * @throws LogUnavailableException when the end was not reached in time
   */
  static OwnedDirectory read(
      LogSettings settings, DirectoryReader<Directory> reader, Duration patience)
      throws LogUnavailableException {
    Map<String, DirectoryResult> answers = new LinkedHashMap<>();
    for (DirectoryResult result :
        Tail.of(settings, Topics.DIRECTORY_RESULTS, MOST_ANSWERS, DirectoryResult.parser())) {
      answers.put(result.getCommandId(), result);
    }
    if (!reader.awaitEnd(patience)) {
      throw new LogUnavailableException("the directory was not read to its end in time", null);
    }
    return new OwnedDirectory(reader, answers);
  }

  /** Empty when the reader has been silent for too long. */
  Optional<Directory> directory() {
    return reader.current();
  }

  /** The version by which an object of one of these organizations was last written; -1: never. */
  long changed(Collection<String> organizations) {
    return reader.changed(organizations);
  }

  /** Keys of removed objects of the organization whose markers may be taken away. */
  List<String> markers(String organization) {
    return reader.markers(organization);
  }

  /** Behind the last record of the lists of recipients that the directory has. */
  long recipientsEnd() {
    return reader.recipientsEnd();
  }

  /** The answer to this command; null when it is new. */
  @Nullable DirectoryResult answer(String commandId) {
    return answers.get(commandId);
  }

  /** Remembers a committed answer, and waits until the directory has the change. */
  boolean answered(DirectoryResult result, Duration patience) {
    answers.put(result.getCommandId(), result);
    if (answers.size() > MOST_ANSWERS) {
      answers.remove(answers.keySet().iterator().next());
    }
    return !result.getAccepted()
        || reader.awaitVersion(result.getVersion(), patience)
            && reader.awaitRecipients(result.getRecipientsEnd(), patience);
  }
}
