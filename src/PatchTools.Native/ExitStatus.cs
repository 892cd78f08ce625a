namespace PatchTools.Native;

/// <summary>Exit status of the process where no report and no error of PatchTools says another (design §6).</summary>
internal static class ExitStatus
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int Usage = 64;
    public const int Interrupted = 130;
    public const int Terminated = 143;
}
