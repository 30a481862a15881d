/**
 * The run under load from which the AOT caches of broker and services are made.
 *
 * <ol>
 *   <li>{@code Training} holds a lock, and ends where each program has its cache.
 *   <li>{@code TrainingWorld} starts a stack whose JVMs record, with a mail host of its own.
 *   <li>{@code TrainingLoad} sends mail of several kinds until the host has all of it.
 *   <li>The programs end, and each writes its record.
 *   <li>A JVM of each program makes the cache from the record; it stands beside its jars.
 *   <li>{@code LauncherProgram} makes the one of {@code ./run} by the samples, if the script asked
 *       for it.
 * </ol>
 */
@NullMarked
package io.postern.stack.warm;

import org.jspecify.annotations.NullMarked;
