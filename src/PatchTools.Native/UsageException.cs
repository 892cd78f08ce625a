namespace PatchTools.Native;

/// <summary>The arguments are not what the command takes; the message says which and what it takes.</summary>
internal sealed class UsageException(string message) : Exception(message);
