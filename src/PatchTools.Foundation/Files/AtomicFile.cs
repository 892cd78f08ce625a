using System.Globalization;
using Microsoft.Win32.SafeHandles;
using PatchTools.Errors;

#pragma warning disable CA1416 // The module runs on Linux only.

namespace PatchTools.Files;

/// <summary>
/// The one writer of files that must survive: a new file beside the target, fsync, rename over it, fsync of the
/// directory. A reader sees the old content or the new, whatever happens to the writer. What a killed writer leaves
/// behind is swept by the next one in that directory. Everything is done below a <see cref="SafeDirectory"/>.
/// </summary>
internal static class AtomicFile
{
    /// <summary>0644, as the reference leaves its files.</summary>
    public const UnixFileMode PublicFile =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>0600.</summary>
    public const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>0755, as the reference leaves its directories.</summary>
    public const UnixFileMode PublicDirectory =
        PublicFile | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>0700.</summary>
    public const UnixFileMode PrivateDirectory = PrivateFile | UnixFileMode.UserExecute;

    private const string Prefix = ".patchtools-";
    private const string Suffix = ".tmp";

    /// <summary>
    /// Tells this process from an earlier one with the same id: in a container every run may be process 1.
    /// </summary>
    private static readonly string Token = Guid.NewGuid().ToString("N")[..8];

    private static int s_counter;

    /// <summary>Replaces the file; creates its directory when needed.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>; the old content is still
    /// there.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode = PublicFile)
    {
        try
        {
            using var replacement = new Replacement(path, mode, isTrusted: false);
            RandomAccess.Write(replacement.File, content, 0);
            replacement.Finish();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, e);
        }
    }

    /// <summary>Copies a file of any size.</summary>
    /// <param name="source">Path of the file.</param>
    /// <param name="path">Path of the copy.</param>
    /// <param name="mode">Of the copy.</param>
    /// <param name="isTrusted">The directory is the package manager's, and its own rules hold for it.</param>
    /// <param name="maxBytes">What follows is left out.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>.</exception>
    public static void Copy(
        string source,
        string path,
        UnixFileMode mode = PublicFile,
        bool isTrusted = false,
        long maxBytes = long.MaxValue
    )
    {
        try
        {
            using var input = OpenRead(source, isTrusted);
            using var replacement = new Replacement(path, mode, isTrusted);
            var buffer = new byte[64 * 1024];
            long offset = 0;
            for (int count; offset < maxBytes && (count = input.Read(buffer)) > 0; offset += count)
                RandomAccess.Write(replacement.File, buffer.AsSpan(0, count), offset);
            replacement.Finish();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, e);
        }
    }

    /// <summary>Opens a file that is to be read: at once, and only a file.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no directory of its either.</exception>
    /// <exception cref="IOException">It is a link, a FIFO or a device, or lies where somebody else could have put
    /// it.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not.</exception>
    public static FileStream OpenRead(string path, bool isTrusted = false)
    {
        using var directory = SafeDirectory.Open(DirectoryOf(path), isTrusted);
#pragma warning disable CA2000 // The stream owns the file.
        return new FileStream(directory.OpenRead(Path.GetFileName(path)), FileAccess.Read, bufferSize: 1);
#pragma warning restore CA2000
    }

    /// <summary>Lines of a small file that are not empty; none where it is not there.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not.</exception>
    public static IReadOnlyList<string> ReadLines(string path)
    {
        try
        {
            using var reader = new StreamReader(OpenRead(path));
            return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Removes a file, if there is one. A directory that is not there is none either.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not.</exception>
    public static void Delete(string path)
    {
        try
        {
            using var directory = SafeDirectory.Open(DirectoryOf(path));
            directory.Delete(Path.GetFileName(path));
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing was ever written there.
        }
    }

    /// <summary>Renames a file within its directory, over one that has the name.</summary>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not.</exception>
    public static void Rename(string path, string newName)
    {
        using var directory = SafeDirectory.Open(DirectoryOf(path));
        directory.RequireFileOrNothing(newName);
        directory.Rename(Path.GetFileName(path), newName);
    }

    /// <summary>Removes a directory with all that is in it, links not followed.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not.</exception>
    public static void DeleteDirectory(string path, bool recursive)
    {
        using var above = SafeDirectory.Open(DirectoryOf(path));
        Directory.Delete(Path.Combine(above.HeldPath, Path.GetFileName(path)), recursive);
    }

    /// <summary>
    /// Creates the directory and its parents, whatever the umask is. A private one that others may enter is closed to
    /// them.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>.</exception>
    public static void CreateDirectory(string path, UnixFileMode mode = PublicDirectory)
    {
        try
        {
            using var directory = SafeDirectory.Create(Path.GetFullPath(path), mode);
            if (mode == PrivateDirectory && (UnixFileMode)FileStatus.Of(directory.Handle).Mode != mode)
                FileCalls.SetMode(directory.Handle, mode, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, e);
        }
    }

    /// <summary>
    /// Deletes what killed writers left in the directory. Files of living writers stay, and whatever only has the name
    /// of one.
    /// </summary>
    public static void Sweep(string directory)
    {
        using var opened = SafeDirectory.Open(Path.GetFullPath(directory));
        Sweep(opened.Handle, directory);
    }

    /// <summary>Deletes the directories of killed ones that are named by <see cref="TemporaryName"/>.</summary>
    /// <exception cref="IOException">One cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not.</exception>
    internal static void SweepDirectories(string directory)
    {
        foreach (var leftover in Directory.EnumerateDirectories(directory, Prefix + "*" + Suffix))
        {
            if (IsOfDeadWriter(Path.GetFileName(leftover)))
                DeleteDirectory(leftover, recursive: true);
        }
    }

    /// <summary>The same in a directory that is open; its path is for messages.</summary>
    internal static void Sweep(SafeFileHandle directory, string path)
    {
        uint? self = null;
        foreach (
            var leftover in Directory.EnumerateFileSystemEntries(SafeDirectory.Held(directory), Prefix + "*" + Suffix)
        )
        {
            var name = Path.GetFileName(leftover);
            if (!IsOfDeadWriter(name) || FileStatus.Of(directory, name) is not { Kind: FileKind.Regular } status)
                continue;
            self ??= FileStatus.OfTarget("/proc/self")?.Owner;
            if (status.Owner == self)
                FileCalls.Unlink(directory, name, Path.Combine(path, name));
        }
    }

    private static string DirectoryOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    private static bool IsOfDeadWriter(string name)
    {
        var parts = name[Prefix.Length..^Suffix.Length].Split('-');
        if (
            parts.Length != 3
            || parts[1].Length != Token.Length
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out _)
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var writer)
        )
            return false;
        return writer == Environment.ProcessId
            ? parts[1] != Token
            : !Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{writer}"));
    }

    /// <summary>Whether a name is one of <see cref="TemporaryName"/>, of this process or of another.</summary>
    internal static bool IsTemporary(ReadOnlySpan<char> name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>The name of a new file beside a target, which <see cref="Sweep(string)"/> knows.</summary>
    internal static string TemporaryName() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Prefix}{Environment.ProcessId}-{Token}-{Interlocked.Increment(ref s_counter)}{Suffix}"
        );

    /// <summary>The cause often names the path first: once is enough.</summary>
    internal static PatchToolsException Unwritable(string path, Exception cause)
    {
        var own = $"{path}: ";
        var reason = cause.Message.StartsWith(own, StringComparison.Ordinal)
            ? cause.Message[own.Length..]
            : cause.Message;
        return new PatchToolsException(
            PatchErrors.StateUnwritable,
            $"{path} could not be written: {reason}",
            path,
            cause
        );
    }

    /// <summary>
    /// A new file that takes the place of another once it is whole, and goes when it does not come to that.
    /// </summary>
    private sealed class Replacement : IDisposable
    {
        private readonly SafeDirectory _directory;
        private readonly string _path;
        private readonly string _temporary = TemporaryName();
        private bool _isFinished;

        public Replacement(string path, UnixFileMode mode, bool isTrusted)
        {
            _path = path;
            _directory = SafeDirectory.Create(
                DirectoryOf(path),
                mode == PrivateFile ? PrivateDirectory : PublicDirectory,
                isTrusted
            );
            try
            {
                Sweep(_directory.Handle, _directory.Path);
                _directory.RequireFileOrNothing(Path.GetFileName(path));
                File = _directory.CreateNew(_temporary, PrivateFile);
                if (mode != PrivateFile)
                    FileCalls.SetMode(File, mode, path);
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public SafeFileHandle File { get; } = null!;

        public void Finish()
        {
            FileCalls.Flush(File, _path);
            _directory.Rename(_temporary, Path.GetFileName(_path));
            _isFinished = true;
            FileCalls.TryFlush(_directory.Handle);
        }

        public void Dispose()
        {
            if (File is not null)
            {
                File.Dispose();
                if (!_isFinished)
                    Forget();
            }

            _directory.Dispose();
        }

        private void Forget()
        {
            try
            {
                _directory.Delete(_temporary);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The next writer sweeps it; what went wrong first is what is told.
            }
        }
    }
}
