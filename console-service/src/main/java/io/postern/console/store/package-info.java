/** The read model in PostgreSQL: connections, days, rows, and how far each topic is read. */
@NullMarked
package io.postern.console.store;

import org.jspecify.annotations.NullMarked;
