package io.postern.contracts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * The state of a file, which differs after each change: a file that replaces another may have its
 * time and size, but not its key (the inode).
 *
 * @param key null: the file system has none
 */
public record FileStamp(FileTime modified, long size, @Nullable Object key) {
  /** Of the file as it is now, links followed. */
  public static FileStamp of(Path file) throws IOException {
    BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
    return new FileStamp(now.lastModifiedTime(), now.size(), now.fileKey());
  }
}
