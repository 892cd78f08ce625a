using System.Globalization;
using PatchTools.Errors;

#pragma warning disable CA1416 // The module runs on Linux only.

namespace PatchTools.State;

/// <summary>
/// The one writer of files that must survive: a new file beside the target, fsync, rename over it, fsync of the directory. A reader sees the old content
/// or the new, whatever happens to the writer. What a killed writer leaves behind is swept by the next one in that directory.
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

    /// <summary>Tells this process from an earlier one with the same id: in a container every run may be process 1.</summary>
    private static readonly string Token = Guid.NewGuid().ToString("N")[..8];

    private static int s_counter;

    /// <summary>Replaces the file; creates its directory when needed.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>; the old content is still there.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode = PublicFile)
    {
        try
        {
            using var file = Begin(path, mode, out var temporary);
            Finish(file, content, temporary, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, e);
        }
    }

    /// <summary>Copies a file of any size.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>.</exception>
    public static void Copy(string source, string path, UnixFileMode mode = PublicFile)
    {
        try
        {
            using var input = File.OpenRead(source);
            using var file = Begin(path, mode, out var temporary);
            try
            {
                input.CopyTo(file);
            }
            catch
            {
                File.Delete(temporary);
                throw;
            }

            Finish(file, [], temporary, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, e);
        }
    }

    /// <summary>Creates the directory and its parents, each with the mode and whatever the umask is.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>.</exception>
    public static void CreateDirectory(string path, UnixFileMode mode = PublicDirectory)
    {
        try
        {
            MakeDirectory(path, mode);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, e);
        }
    }

    /// <summary>Deletes what killed writers left in the directory. Files of living writers stay.</summary>
    public static void Sweep(string directory)
    {
        foreach (var leftover in Directory.EnumerateFiles(directory, Prefix + "*" + Suffix))
        {
            if (!IsOfLivingWriter(Path.GetFileName(leftover)))
                File.Delete(leftover);
        }
    }

    private static FileStream Begin(string path, UnixFileMode mode, out string temporary)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        MakeDirectory(directory, mode == PrivateFile ? PrivateDirectory : PublicDirectory);
        Sweep(directory);
        temporary = Path.Combine(
            directory,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Prefix}{Environment.ProcessId}-{Token}-{Interlocked.Increment(ref s_counter)}{Suffix}"
            )
        );
        var file = new FileStream(
            temporary,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = PrivateFile,
                BufferSize = 0,
            }
        );
        File.SetUnixFileMode(file.SafeFileHandle, mode);
        return file;
    }

    private static void Finish(FileStream file, ReadOnlySpan<byte> content, string temporary, string path)
    {
        try
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        NativeFile.FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private static void MakeDirectory(string path, UnixFileMode mode)
    {
        if (Directory.Exists(path))
            return;
        if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
            MakeDirectory(parent, PublicDirectory);
        Directory.CreateDirectory(path, mode);
        File.SetUnixFileMode(path, mode);
    }

    private static bool IsOfLivingWriter(string name)
    {
        var parts = name[Prefix.Length..^Suffix.Length].Split('-');
        if (
            parts.Length != 3
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var writer)
        )
            return false;
        return writer == Environment.ProcessId
            ? parts[1] == Token
            : Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{writer}"));
    }

    private static PatchToolsException Unwritable(string path, Exception cause) =>
        new(PatchErrors.StateUnwritable, $"{path} could not be written: {cause.Message}", path, cause);
}
