using PatchTools.Families.Rpm.Reading;

namespace PatchTools.Families.Dnf.Reading;

/// <summary>One entry of a version lock: stay at what it names, or never take what it names (<c>!</c>).</summary>
internal sealed record LockEntry(PackageSpec Spec, bool Excludes);

/// <summary>The administrator's version locks: the plugin's list of dnf 4 and yum 3.</summary>
internal sealed record VersionLock(string File, IReadOnlyList<LockEntry> Entries)
{
    // # Added lock on Fri Jan 12 10:11:12 2026
    // r-sec-two-0:1.0-1.*
    // !r-late-0:1.2-1.*
    /// <summary>Null when there is no list, or the plugin is switched off.</summary>
    /// <exception cref="Errors.PatchToolsException">
    /// <see cref="Errors.PatchErrors.PackageDatabaseUnreadable"/>.
    /// </exception>
    public static VersionLock? Read(string root, DnfTool tool, IniSection main)
    {
        if (tool.VersionLockFolder is not { } lockFolder)
            return null;
        var folder = Path.Combine(root, lockFolder);
        var settings = IniFile.Read(Path.Combine(folder, "versionlock.conf")).FirstOrDefault(s => s.Name == "main");
        if (settings is null || !(settings.Flag("enabled") ?? true) || !(main.Flag("plugins") ?? tool.HasPluginsOn))
            return null;
        var list = Path.Combine(
            root,
            (settings["locklist"] ?? Path.Combine("/", lockFolder, "versionlock.list")).TrimStart('/')
        );
        if (IniFile.Text(list) is not { } text)
            return null;
        List<LockEntry> entries = [];
        foreach (var line in text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
        {
            // What follows the mark is taken as it is: with a blank between them it names nothing.
            var excludes = line[0] == '!';
            var entry = excludes ? line[1..] : line;
            var spec = PackageSpec.ParseLock(tool.LocksBeginWithEpoch ? Spelled(entry.Trim()) : entry);
            if (spec.Forms.Count > 0)
                entries.Add(new LockEntry(spec, excludes));
        }

        return entries.Count == 0 ? null : new VersionLock(list, entries);
    }

    // 0:r-sec-two-1.0-1.* is r-sec-two-0:1.0-1.*
    private static string Spelled(string entry)
    {
        var colon = entry.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || entry.AsSpan(0, colon).IndexOfAnyExceptInRange('0', '9') >= 0)
            return entry;
        var rest = entry[(colon + 1)..];
        var release = rest.LastIndexOf('-');
        var version = release <= 0 ? -1 : rest.LastIndexOf('-', release - 1);
        return version < 0 ? rest : $"{rest[..version]}-{entry[..colon]}:{rest[(version + 1)..]}";
    }
}
