namespace Nsn.Engine.Runtime.Reminders;

/// <summary>A reminder as its grain holds it.</summary>
internal sealed class GrainReminder(ReminderEntry entry) : IGrainReminder
{
    public ReminderEntry Entry => entry;
    public string ReminderName => entry.Name;
}
