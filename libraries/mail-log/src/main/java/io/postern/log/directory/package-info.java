/** The directory, followed and held as a snapshot. */
@org.jspecify.annotations.NullMarked
package io.postern.log.directory;
