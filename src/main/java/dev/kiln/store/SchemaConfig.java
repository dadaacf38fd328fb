package dev.kiln.store;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Who brings the tables to the version that the program needs. */
@ConfigMapping(prefix = "kiln.schema")
public interface SchemaConfig {
    /** What a process does about the tables when it starts. */
    enum AtStart {
        /** Migrates them where they are older. */
        MIGRATE,
        /**
         * Changes nothing, and refuses to start where they are older: so its database role needs no
         * right to create or alter tables.
         */
        EXPECT,
        /** Migrates them and ends, whatever the roles. */
        ONLY,
        /**
         * Does not look at them: it comes up without its database and is not ready before that is
         * there. For the run that an AOT cache is made of.
         */
        IGNORE
    }

    /** What this process does about the tables when it starts. */
    @WithDefault("migrate")
    AtStart atStart();
}
