using PatchTools.Files;

namespace PatchTools.Families.Shared;

/// <summary>What changes when a package database does.</summary>
/// <param name="Database">Of its file.</param>
/// <param name="Log">
/// Of what SQLite writes first, its log: inode, size and time of modification. Null while there is nothing in it. The
/// time of change says nothing: rpm sets the log's mode and owner whenever root reads.
/// </param>
internal readonly record struct DatabaseStamp(
    FileStamp Database,
    (ulong Inode, ulong Size, long Seconds, uint Nanoseconds)? Log
)
{
    /// <summary>Null where there is no database, or the file system does not say.</summary>
    /// <param name="file">The database; null where there is none.</param>
    public static DatabaseStamp? Of(string? file)
    {
        if (file is null || FileStamp.Of(file) is not { } database)
            return null;
        return FileStamp.Of(file + "-wal") is { Size: > 0 } log
            ? new DatabaseStamp(database, (log.Inode, log.Size, log.ModifiedSeconds, log.ModifiedNanoseconds))
            : new DatabaseStamp(database, null);
    }

    /// <summary>When it was last written to, UTC.</summary>
    public DateTimeOffset Changed
    {
        get
        {
            var database = Time(Database.ChangedSeconds, Database.ChangedNanoseconds);
            return Log is { } log && Time(log.Seconds, log.Nanoseconds) is var written && written > database
                ? written
                : database;
        }
    }

    private static DateTimeOffset Time(long seconds, uint nanoseconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
}
