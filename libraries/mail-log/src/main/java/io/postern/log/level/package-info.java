/** The contract level of the installation: its topics, and the announcements of the replicas. */
@org.jspecify.annotations.NullMarked
package io.postern.log.level;
