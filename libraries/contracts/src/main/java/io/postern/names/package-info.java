/** Domain names and the names of certificates, by one rule for all modules that compare them. */
@NullMarked
package io.postern.names;

import org.jspecify.annotations.NullMarked;
