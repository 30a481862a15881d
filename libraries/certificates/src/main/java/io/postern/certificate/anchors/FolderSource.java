package io.postern.certificate.anchors;

import io.postern.certificate.ParsedCertificate;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Anchors of the files in a folder, not of folders in it. A file that goes takes its anchors along;
 * one that becomes broken leaves them; a folder that cannot be listed leaves all. At most {@value
 * #MAX_FILES} files.
 */
final class FolderSource implements AnchorSource {
  static final int MAX_FILES = 1000;
  private static final String KEY = "postern.anchors.folder: ";
  private static final Logger LOG = Logger.getLogger(FolderSource.class);

  private final Path folder;
  private final Map<Path, WatchedFile<List<ParsedCertificate>>> files = new TreeMap<>();
  private boolean listed = true;
  private final AtomicLong failures = new AtomicLong();

  FolderSource(Path folder) {
    this.folder = folder;
  }

  @Override
  public String kind() {
    return "folder";
  }

  @Override
  public void begin() throws BadAnchorFileException {
    look(list());
  }

  @Override
  public boolean look() {
    try {
      TreeSet<Path> now = list();
      listed = true;
      return look(now);
    } catch (BadAnchorFileException e) {
      if (listed) {
        failures.incrementAndGet();
        LOG.warnf("%s; its last good reading stays in force", e.getMessage());
      }
      listed = false;
      return false;
    }
  }

  private boolean look(TreeSet<Path> now) {
    boolean changed = files.keySet().removeIf(file -> !now.contains(file));
    for (Path path : now) {
      changed |= files.computeIfAbsent(path, this::watched).look();
    }
    return changed;
  }

  private WatchedFile<List<ParsedCertificate>> watched(Path path) {
    CertificateText text = new CertificateText(KEY + path, false);
    return new WatchedFile<>(path, text::read, List.of(), failures);
  }

  private TreeSet<Path> list() throws BadAnchorFileException {
    TreeSet<Path> found = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString().toLowerCase(Locale.ROOT);
        if (!name.startsWith(".")
            && name.matches(".*\\.(pem|crt|cer)")
            && !Files.isDirectory(entry)) {
          found.add(entry);
        }
        if (found.size() > MAX_FILES) {
          throw new BadAnchorFileException(
              KEY + folder, "more than " + MAX_FILES + " files", "join them into fewer");
        }
      }
      return found;
    } catch (IOException | DirectoryIteratorException e) {
      throw new BadAnchorFileException(
          KEY + folder, "cannot be listed (" + e + ")", "create it, make it readable or remove it");
    }
  }

  @Override
  public List<Anchor> anchors() {
    List<Anchor> anchors = new ArrayList<>();
    files.forEach(
        (path, file) ->
            file.content()
                .forEach(certificate -> anchors.add(new Anchor(certificate, "folder " + path))));
    return anchors;
  }

  @Override
  public long failures() {
    return failures.get();
  }
}
